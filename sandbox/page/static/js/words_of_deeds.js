// Every fixed word of what one does on the page: writing, commands, menus, forms.

import { fileSize } from "./core/sizes.js";

const LONGEST_NAME = 28;

function shortened(name) {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1).trimEnd()}…` : name;
}

export const words = {
  // Writing
  composer: "Write a message",
  messageTo: (name) => `Message ${name}`,
  placeTo: (kind, name) => `Message ${{ text: "#", dm: "@" }[kind] ?? ""}${shortened(name)}`,
  send: "Send",
  cannotWrite: "You cannot write here.",
  replyingTo: (name) => `Replying to ${name}`,
  stopReplying: "Do not reply",
  chooseFiles: "Add files",
  files: "Files to send",
  removeFile: (name) => `Remove ${name}`,
  uploading: "Uploading",
  dropHere: (name) => `Drop files to add them to ${shortened(name)}`,
  dropInForm: (name) => `Drop files to add them to /${name}`,
  dropThere: "Drop files here",
  filesLeftOut: (most) => (most === 1 ? "One file fits; the others were left out." : `${most} files fit; the others were left out.`),
  fileRefused: (name) => `${name} cannot be sent; remove it first.`,
  fileTooLarge: (name, limit) => `${name} is too large: a file may have at most ${fileSize(limit)} here.`,
  people: "People and apps",
  size: fileSize,

  // Commands
  commands: "Commands",
  noCommands: "No command here begins like this.",
  leaveCommand: "Leave the command",
  addOption: (name) => `Add ${name}`,
  removeOption: (name) => `Remove ${name}`,
  moreOptions: "Optional",
  runCommand: "Send",
  required: "required",
  isRequired: "This option is required. Specify a value.",
  tooShort: (least) => `Write at least ${least} ${least === 1 ? "character" : "characters"}.`,
  tooLong: (most, length) => `Write at most ${most} characters; these are ${length}.`,
  wholeNumber: "Specify a whole number.",
  number: "Specify a number.",
  atLeast: (least) => `Specify ${least} or more.`,
  atMost: (most) => `Specify ${most} or less.`,
  notOffered: "Choose one of what is offered.",
  yes: "True",
  no: "False",
  choices: (name) => `Choices for ${name}`,
  loadingOptions: "Loading options …",
  optionsFailed: "Loading options failed.",
  noFiles: "This command takes no files.",
  filesStay: (title, count) =>
    count === 1
      ? `One file does not fit into /${title}; it stays for your next message.`
      : `${count} files do not fit into /${title}; they stay for your next message.`,
  noOptions: "No suggestions. What you typed is sent as it stands.",
  fileSlots: "Pictures and files",
  addFiles: (free) => (free === 1 ? "Add a file" : "Add files"),
  nextFile: (name, description) => `Next: ${name}${description ? ` – ${description}` : ""}`,
  slotEmpty: "no file yet",
  commandHint: "Enter sends, Shift+Enter breaks the line, Esc leaves the command.",

  // Messages
  messageActions: "Message actions",
  messageMenu: "Message",
  reply: "Reply",
  addReaction: "Add reaction",
  more: "More",
  edit: "Edit message",
  delete: "Delete message",
  dismissMessage: "Dismiss message",
  copyId: "Copy message ID",
  idCopied: "The message ID was copied.",
  cannotCopy: (id) => `The browser does not let the page copy; the message ID is ${id}.`,
  openThread: "Open thread",
  archive: "Archive thread",
  unarchive: "Reopen thread",
  lock: "Lock thread",
  unlock: "Unlock thread",
  threadMenu: "Thread actions",
  apps: "Apps",
  appsFor: (name) => `Apps for ${name}`,
  deleteTitle: "Delete message",
  deleteQuestion: "Do you want to delete this message? This cannot be undone.",
  cancel: "Cancel",
  confirmDelete: "Delete",
  editing: "Edited text",
  editHint: "Enter saves, Esc leaves it as it was.",
  save: "Save",
  emoji: "Emoji",
  anyEmoji: "Any other emoji",
  add: "Add",

  // Menus and forms
  selectMenu: "Make a selection",
  find: "Search",
  nothingFound: "Nothing found.",
  done: "Done",
  chosenOf: (count, min, max) => (count < min ? `Choose at least ${min}` : `${count} of ${max}`),
  submit: "Submit",
  submitting: "Sending …",
  closeForm: "Close",
  fieldRequired: "This field is required.",
  chooseAtLeast: (least) => `Choose at least ${least}.`,
  chooseAtMost: (most) => `Choose at most ${most}.`,
  filesAtLeast: (least) => (least === 1 ? "Add a file." : `Add at least ${least} files.`),
  fileCount(min, max) {
    const files = max === 1 ? "file" : "files";
    if (min === max) return `${max} ${files}`;
    return min > 0 ? `${min} to ${max} ${files}` : `up to ${max} ${files}`;
  },
  expired: "This form has expired. What you wrote is still here to be copied.",
  somethingWrong: "Something went wrong: the application did not respond. What you wrote is still here; you can send it again.",
  formRefused: "Some fields need another look.",

  // Interactions and notices
  sendingCommand: (name) => (name ? `Sending ${name} …` : "Sending …"),
  sendingForm: "Sending the form …",
  failed: "The application did not respond",
  failedCommand: (name) => `${name}: the application did not respond`,
  dismiss: "Dismiss",
};
