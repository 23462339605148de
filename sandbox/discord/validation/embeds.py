"""Embeds: https://discord.com/developers/docs/resources/message#embed-object-embed-limits."""

from sandbox.discord.errors import Json
from sandbox.discord.validation.form import Form, Path

MOST_EMBEDS = 10
MOST_CHARACTERS = 6000
"""Over all embeds of a message."""


def check_embeds(form: Form, path: Path, value: object) -> list[Json]:
    """Check a message's embeds; return those that are objects."""
    embeds: list[Json] = []
    for index, item in enumerate(form.items(path, value, most=MOST_EMBEDS)):
        given = form.mapping((*path, index), item)
        if given is not None:
            embed = _trimmed(given)
            _check_embed(form, (*path, index), embed)
            embeds.append(_with_defaults(embed))
    if sum(_characters(embed) for embed in embeds) > MOST_CHARACTERS:
        message = f"Embed size exceeds maximum size of {MOST_CHARACTERS}"
        form.refuse(path, "MAX_EMBED_SIZE_EXCEEDED", message)
    return embeds


def _check_embed(form: Form, path: Path, embed: Json) -> None:
    form.text((*path, "title"), embed.get("title"), longest=256)
    form.text((*path, "description"), embed.get("description"), longest=4096)
    form.url((*path, "url"), embed.get("url"))
    form.number((*path, "color"), embed.get("color"), least=0, most=0xFFFFFF)
    form.moment((*path, "timestamp"), embed.get("timestamp"))
    if (footer := _part(form, path, embed, "footer")) is not None:
        form.text((*path, "footer", "text"), footer.get("text"), longest=2048, required=True)
        form.url((*path, "footer", "icon_url"), footer.get("icon_url"), attachments=True)
    if (author := _part(form, path, embed, "author")) is not None:
        form.text((*path, "author", "name"), author.get("name"), longest=256, required=True)
        form.url((*path, "author", "url"), author.get("url"))
        form.url((*path, "author", "icon_url"), author.get("icon_url"), attachments=True)
    for name in ("image", "thumbnail"):
        if (media := _part(form, path, embed, name)) is not None:
            form.url((*path, name, "url"), media.get("url"), attachments=True)
    for index, item in enumerate(form.items((*path, "fields"), embed.get("fields"), most=25)):
        where = (*path, "fields", index)
        field = form.mapping(where, item)
        if field is not None:
            form.text((*where, "name"), field.get("name"), longest=256, required=True)
            form.text((*where, "value"), field.get("value"), longest=1024, required=True)
    if not any(embed.get(key) for key in ("title", "description", "fields", "image", "thumbnail", "footer", "author")):
        form.required((*path, "description"))


def _trimmed(embed: Json) -> Json:
    """Return an embed without the leading and trailing whitespace that Discord neither counts nor keeps."""
    result = _strip(embed, "title", "description")
    for name, key in (("footer", "text"), ("author", "name")):
        if isinstance(embed.get(name), dict):
            result[name] = _strip(embed[name], key)
    if isinstance(embed.get("fields"), list):
        fields = embed["fields"]
        result["fields"] = [_strip(item, "name", "value") if isinstance(item, dict) else item for item in fields]
    return result


def _strip(part: Json, *keys: str) -> Json:
    return part | {key: part[key].strip() for key in keys if isinstance(part.get(key), str)}


def _with_defaults(embed: Json) -> Json:
    fields = embed.get("fields")
    if not isinstance(fields, list):
        return embed
    return embed | {"fields": [{"inline": False} | field for field in fields if isinstance(field, dict)]}


def _part(form: Form, path: Path, embed: Json, name: str) -> Json | None:
    value = embed.get(name)
    return None if value is None else form.mapping((*path, name), value)


def _characters(embed: Json) -> int:
    footer, author = embed.get("footer"), embed.get("author")
    fields = embed.get("fields") or []
    texts: list[object] = [embed.get("title"), embed.get("description")]
    texts.append(footer.get("text") if isinstance(footer, dict) else None)
    texts.append(author.get("name") if isinstance(author, dict) else None)
    for field in fields if isinstance(fields, list) else []:
        if isinstance(field, dict):
            texts += [field.get("name"), field.get("value")]
    return sum(len(text) for text in texts if isinstance(text, str))
