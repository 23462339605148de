// How the channels hang together.

/** @returns {number} to sort snowflakes by, oldest first: they are too long to be numbers. */
export function byId(one, other) {
  return one.length - other.length || (one < other ? -1 : Number(one > other));
}

/** @returns {object[]} all channels of a kind of place, in their order. */
export function channelsWhere(app, holds) {
  return app.store
    .all("channel")
    .filter(holds)
    .sort((one, other) => one.order - other.order);
}

/** @returns {object[]} the threads or posts of a channel, the one with the latest message first. */
export function threadsOf(app, parent) {
  return channelsWhere(app, (channel) => channel.parent === parent).sort((one, other) =>
    byId(other.last ?? other.id, one.last ?? one.id),
  );
}

/** @returns {object[]} the messages of a channel, oldest first. */
export function messagesOf(app, channel) {
  return app.store
    .all("message")
    .filter((message) => message.seen.channel === channel)
    .sort((one, other) => byId(one.id, other.id));
}

/** @returns {string | null} the channel to begin with. */
export function firstChannel(app) {
  const guilds = app.store.all("guild").sort((one, other) => one.order - other.order);
  for (const guild of guilds) {
    const [first] = channelsWhere(app, (channel) => channel.guild === guild.id && channel.kind === "text");
    if (first) return first.id;
  }
  return channelsWhere(app, () => true)[0]?.id ?? null;
}
