"""Writing, reacting, and looking after messages and threads."""

from pydantic import Field

from sandbox.discord import Message
from sandbox.page.acts.actor import Actor, Answer, Fields, Id


class SayFields(Fields):
    """A new message."""

    channel: Id
    content: str = ""
    files: list[str] = Field(default_factory=list)
    reply_to: Id | None = None


class MessageFields(Fields):
    """A message."""

    message: Id


class EditFields(MessageFields):
    """A message's new words."""

    content: str


class ReactFields(MessageFields):
    """A reaction."""

    emoji: str = Field(min_length=1, max_length=64)


class ThreadFields(Fields):
    """A thread's new state."""

    channel: Id
    archived: bool | None = None
    locked: bool | None = None


async def say(actor: Actor, fields: SayFields) -> Answer:
    """Write a message."""
    channel = actor.channel(fields.channel)
    files = [actor.file(file_id) for file_id in fields.files]
    reply_to: Message | None = None if fields.reply_to is None else actor.message(fields.reply_to)
    message = await actor.person.say(channel, fields.content, files=files, reply_to=reply_to)
    return {"message": str(message.id)}


async def edit(actor: Actor, fields: EditFields) -> Answer:
    """Change one's own message."""
    await actor.person.edit(actor.message(fields.message), fields.content)
    return None


async def delete(actor: Actor, fields: MessageFields) -> Answer:
    """Delete a message, or dismiss an ephemeral one."""
    await actor.person.delete(actor.message(fields.message))
    return None


async def react(actor: Actor, fields: ReactFields) -> Answer:
    """Add a reaction."""
    await actor.person.react(actor.message(fields.message), fields.emoji)
    return None


async def unreact(actor: Actor, fields: ReactFields) -> Answer:
    """Take a reaction back."""
    await actor.person.unreact(actor.message(fields.message), fields.emoji)
    return None


async def thread(actor: Actor, fields: ThreadFields) -> Answer:
    """Archive, bring back, lock or unlock a thread."""
    await actor.person.edit_thread(actor.channel(fields.channel), archived=fields.archived, locked=fields.locked)
    return None
