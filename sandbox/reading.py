"""Reading a message as a person does: all its words, and the values behind their labels."""

import re

from sandbox.discord import Message, Revision

_STATUS = re.compile(r"`([a-z]+)`")


def words(message: Message | Revision) -> str:
    """Return everything there is to read in a message, embeds included, line by line, without bold's asterisks."""
    lines = [message.content.replace("**", "")]
    for embed in message.embeds:
        lines += [str(embed.get("title") or ""), str(embed.get("description") or "")]
        for field in embed.get("fields", []):
            lines.append(f"{field['name']}: {field['value']}")
        lines.append(str(embed.get("footer", {}).get("text") or ""))
    return "\n".join(line for line in lines if line)


def labelled(message: Message | Revision, label: str) -> str | None:
    """Return the value behind a label, from an embed's fields or from a line of text that starts with it."""
    for embed in message.embeds:
        for field in embed.get("fields", []):
            if field["name"] == label:
                return str(field["value"])
    for line in message.content.splitlines():
        text = line.replace("**", "")
        if text.startswith(label):
            return text.removeprefix(label).lstrip(": ")
    return None


def task_id(message: Message | Revision) -> str | None:
    """Return the task id a message tells."""
    value = labelled(message, "Task ID")
    return value.strip("`") if value else None


def status(message: Message | Revision) -> str | None:
    """Return the status of the task a message tells, as the API calls it."""
    value = labelled(message, "Status")
    found = _STATUS.search(value) if value else None
    return found[1] if found else None
