// The Seedream API's tasks and how each of them lives.

import { byId } from "../places/channels.js";
import { fill, h } from "../core/dom.js";
import { picture } from "../messages/media.js";
import { clockTime, span } from "../markdown/timestamps.js";
import { words } from "../words.js";

const SHOWN = 4;
const ENDED = new Set(["completed", "failed"]);

/**
 * Make the list of tasks, the latest first.
 *
 * @param {object} app
 * @returns {HTMLElement}
 */
export function tasksPanel(app) {
  const views = new Map();
  const latest = h("ol.tasks", { reversed: true });
  const earlier = h("ol.tasks", { reversed: true });
  const summary = h("summary");
  const more = h("details.more", { hidden: true }, summary, earlier);
  const none = h("p.none", {}, words.noTasks);

  function show() {
    const tasks = app.store.all("task").sort((one, other) => order(other, one));
    for (const id of views.keys()) if (!tasks.some((task) => task.id === id)) views.delete(id);
    const items = tasks.map((task) => viewOf(task));
    put(latest, items.slice(0, SHOWN));
    put(earlier, items.slice(SHOWN));
    more.hidden = items.length <= SHOWN;
    summary.textContent = words.moreTasks(Math.max(0, items.length - SHOWN));
    none.hidden = items.length > 0;
    latest.hidden = items.length === 0;
  }

  function viewOf(task) {
    if (!views.has(task.id)) views.set(task.id, taskView(task));
    const view = views.get(task.id);
    view.update(task);
    return view.element;
  }

  app.store.watch(["task"], show);
  show();
  return h("section.panel-section", {}, h("h3", {}, words.tasks), none, latest, more);
}

function order(one, other) {
  return Date.parse(one.created_at) - Date.parse(other.created_at) || byId(one.id, other.id);
}

/** Set an element's children without moving those that stand right: what has the focus keeps it. */
function put(list, items) {
  for (const child of [...list.children]) if (!items.includes(child)) child.remove();
  for (const [index, item] of items.entries())
    if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
}

function taskView(task) {
  const status = h("span.status");
  const life = h("ol.life");
  const polls = h("p.polls");
  const error = h("p.task-error", { hidden: true });
  const results = h(".thumbnails", { hidden: true, role: "group", "aria-label": words.results });
  const facts = [task.version, task.size.replace("x", " × "), words.taskPictures(task.images)].join(" · ");
  const element = h(
    "li.task",
    {},
    h(".task-head", {}, h("code.task-id", { title: task.id }, task.id), status),
    h("p.task-prompt", { title: task.prompt }, task.prompt),
    h("p.task-facts", {}, facts),
    references(task),
    life,
    polls,
    error,
    results,
  );
  let drawn = "";
  let pictures = "";

  function update(now) {
    const signature = JSON.stringify(now);
    if (signature === drawn) return;
    drawn = signature;
    element.dataset.status = now.status;
    status.textContent = now.status;
    fill(life, steps(now));
    polls.textContent = words.asked(now.polls);
    error.textContent = now.error;
    error.hidden = !now.error;
    if (pictures === now.results.join()) return;
    pictures = now.results.join();
    results.hidden = now.results.length === 0;
    const items = now.results.map((url, index) => ({
      url,
      alt: words.resultAlt(index + 1, now.prompt),
      name: nameIn(url),
      ...pixels(now),
    }));
    fill(
      results,
      items.map((_, index) => picture(items, index)),
    );
  }

  update(task);
  return { element, update };
}

function references({ references: all }) {
  if (!all.length) return null;
  const items = all.map(({ url, name }, index) => ({ url: url ?? "", name, alt: words.referenceAlt(index + 1, name) }));
  return h(
    ".thumbnails.references",
    { role: "group", "aria-label": words.references },
    items.map((item, index) => (item.url ? picture(items, index) : h("span.foreign", {}, item.name))),
  );
}

/** The steps a task went through, and those an unfinished one has before it. */
function steps({ life, created_at: created, status }) {
  const begun = life.map((step) => h("li.step", { dataset: { status: step.status } }, dot(), label(step, created)));
  begun[begun.length - 1]?.setAttribute("aria-current", "step");
  if (ENDED.has(status)) return begun;
  const ahead = words.steps.filter((name) => !life.some((step) => step.status === name));
  const from = Math.max(...life.map((step) => words.steps.indexOf(step.status)));
  const rest = ahead.filter((name) => words.steps.indexOf(name) > from);
  return [...begun, ...rest.map((name) => h("li.step.ahead", {}, dot(), h("span.step-name", {}, name)))];
}

function dot() {
  return h("span.step-dot", { "aria-hidden": "true" });
}

function label({ status, at }, created) {
  const after = Date.parse(at) - Date.parse(created);
  const time = h(
    "time.step-time",
    { datetime: at, title: clockTime(at) },
    after > 0 ? `+${span(after)}` : clockTime(at),
  );
  return [h("span.step-name", {}, status), time];
}

function pixels({ size }) {
  const [width, height] = size.split("x").map(Number);
  return { width, height };
}

function nameIn(url) {
  return url.slice(url.lastIndexOf("/") + 1);
}
