"""What a bot wants to send or edit: https://discord.com/developers/docs/resources/message#create-message."""

from dataclasses import dataclass, field

from sandbox.discord.errors import ApiError, Code, Json
from sandbox.discord.files import Attachment, safe_filename
from sandbox.discord.messages import MessageFlags
from sandbox.discord.multipart import Body, Upload
from sandbox.discord.validation.components import check_components
from sandbox.discord.validation.embeds import check_embeds
from sandbox.discord.validation.form import Form, Path

MOST_CONTENT = 2000
MOST_ATTACHMENTS = 10
LONGEST_ALT_TEXT = 1024
LONGEST_NONCE = 25

_MENTION_TYPES = ("users", "roles", "everyone")
_SENDABLE_FLAGS = (
    MessageFlags.SUPPRESS_EMBEDS
    | MessageFlags.EPHEMERAL
    | MessageFlags.SUPPRESS_NOTIFICATIONS
    | MessageFlags.IS_COMPONENTS_V2
)


@dataclass(frozen=True)
class AllowedMentions:
    """Who may be notified.

    Source: https://discord.com/developers/docs/resources/message#allowed-mentions-object
    """

    parse: frozenset[str] = frozenset(_MENTION_TYPES)
    users: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()
    replied_user: bool = True


@dataclass(frozen=True)
class NewFile:
    """An upload with what its entry in `attachments` says of it."""

    upload: Upload
    filename: str
    description: str | None


@dataclass
class Draft:
    """A checked message. None means: not mentioned, which leaves an edited message as it is.

    Attributes:
        kept: ids of existing attachments that an edit keeps.
        new: files to add.
        described: new alt texts of kept attachments.
        reference_id: the message it answers.
        reply_must_exist: False: an unknown reference is dropped instead of refused.
    """

    content: str | None = None
    embeds: list[Json] | None = None
    components: list[Json] | None = None
    kept: list[int] | None = None
    new: list[NewFile] = field(default_factory=list)
    described: dict[int, str] = field(default_factory=dict)
    flags: MessageFlags | None = None
    mentions: AllowedMentions = AllowedMentions()
    reference_id: int | None = None
    reply_must_exist: bool = True
    nonce: str | int | None = None
    enforce_nonce: bool = False
    tts: bool = False


def check_message(
    body: Body,
    *,
    path: Path = (),
    payload: Json | None = None,
    existing: list[Attachment] | None = None,
    flags: MessageFlags = MessageFlags.NONE,
) -> Draft:
    """Check what a bot wants to send or edit.

    Args:
        body: the request.
        path: where the message stands in it; `("data",)` in interaction responses.
        payload: the message itself; None: the whole body.
        existing: the files of the message that is edited; None: a new one.
        flags: the flags of the message that is edited.

    Raises:
        ApiError: 50035 with everything that is wrong; 30015 for too many files.
    """
    message = body.json_object if payload is None else payload
    form = Form()
    draft = Draft()
    given = form.number((*path, "flags"), message.get("flags"), least=0)
    if given is not None:
        draft.flags = MessageFlags(int(given)) & _SENDABLE_FLAGS
    v2 = MessageFlags.IS_COMPONENTS_V2 in ((draft.flags or MessageFlags.NONE) | flags)
    if "content" in message:
        draft.content = form.text((*path, "content"), message["content"], longest=MOST_CONTENT) or ""
    if "embeds" in message:
        draft.embeds = check_embeds(form, (*path, "embeds"), message["embeds"])
    _check_files(form, path, message, body.uploads, existing, draft)
    names = {item.filename for item in existing or []} | {safe_filename(item.filename) for item in draft.new}
    if "components" in message:
        where = (*path, "components")
        draft.components = check_components(form, where, message["components"], v2=v2, filenames=frozenset(names))
    if v2:
        for name in ("content", "embeds", "sticker_ids", "poll"):
            if message.get(name):
                text = f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
                form.refuse((*path, name), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", text)
    for name in ("poll", "sticker_ids", "shared_client_theme"):
        if message.get(name):
            form.refuse((*path, name), "SANDBOX_NOT_SUPPORTED", f"The sandbox does not know {name}.")
    draft.mentions = _allowed_mentions(form, (*path, "allowed_mentions"), message.get("allowed_mentions"))
    draft.tts = bool(message.get("tts"))
    _check_reference(form, path, message, draft)
    _check_nonce(form, path, message, draft)
    form.finish()
    return draft


def _check_files(
    form: Form, path: Path, message: Json, uploads: tuple[Upload, ...], existing: list[Attachment] | None, draft: Draft
) -> None:
    where = (*path, "attachments")
    listed = message.get("attachments")
    by_index = {upload.index: upload for upload in uploads}
    known = {attachment.id for attachment in existing or []}
    if listed is None:
        if "attachments" in message and existing is not None:
            draft.kept = []
        draft.new = [NewFile(upload, upload.filename, None) for upload in uploads]
    else:
        draft.kept = []
        for index, item in enumerate(form.items(where, listed, most=MOST_ATTACHMENTS)):
            _check_entry(form, (*where, index), item, by_index, known, draft)
        # A field is refused as a whole or in its parts, not both.
        for upload in () if form.refused else by_index.values():
            form.refuse(where, "ATTACHMENT_NOT_FOUND", f"files[{upload.index}] is not listed in attachments")
    remaining = len(known) if draft.kept is None else len(draft.kept)
    if not form.refused and remaining + len(draft.new) > MOST_ATTACHMENTS:
        raise ApiError(Code.TOO_MANY_ATTACHMENTS)


def _check_entry(
    form: Form, where: Path, item: object, uploads: dict[int, Upload], known: set[int], draft: Draft
) -> None:
    entry = form.mapping(where, item)
    if entry is None:
        return
    number = form.snowflake((*where, "id"), entry.get("id"), required=True)
    description = form.text((*where, "description"), entry.get("description"), longest=LONGEST_ALT_TEXT)
    filename = form.text((*where, "filename"), entry.get("filename"), shortest=1, longest=1024)
    if number is None:
        return
    if number in known:
        (draft.kept if draft.kept is not None else []).append(number)
        if description is not None:
            draft.described[number] = description
    elif number in uploads:
        upload = uploads.pop(number)
        draft.new.append(NewFile(upload, filename or upload.filename, description or None))
    else:
        form.refuse(where, "ATTACHMENT_NOT_FOUND", "Attachment data not found")


def _allowed_mentions(form: Form, path: Path, value: object) -> AllowedMentions:
    if value is None:
        return AllowedMentions()
    given = form.mapping(path, value)
    if given is None:
        return AllowedMentions()
    parse = form.items((*path, "parse"), given.get("parse"))
    for index, item in enumerate(parse):
        form.choice((*path, "parse", index), item, _MENTION_TYPES)
    form.distinct((*path, "parse"), parse)
    ids: dict[str, frozenset[int]] = {}
    for name in ("users", "roles"):
        listed = form.items((*path, name), given.get(name), most=100)
        form.distinct((*path, name), listed)
        numbers = [form.snowflake((*path, name, index), item) for index, item in enumerate(listed)]
        ids[name] = frozenset(number for number in numbers if number is not None)
        if ids[name] and name in parse:
            message = f'parse:["{name}"] and {name}: [ids...] are mutually exclusive.'
            form.refuse(path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)
    return AllowedMentions(frozenset(map(str, parse)), ids["users"], ids["roles"], bool(given.get("replied_user")))


def _check_reference(form: Form, path: Path, message: Json, draft: Draft) -> None:
    value = message.get("message_reference")
    if value is None:
        return
    where = (*path, "message_reference")
    reference = form.mapping(where, value)
    if reference is None:
        return
    if reference.get("type"):
        form.refuse((*where, "type"), "SANDBOX_NOT_SUPPORTED", "The sandbox does not know forwarded messages.")
    draft.reference_id = form.snowflake((*where, "message_id"), reference.get("message_id"), required=True)
    draft.reply_must_exist = reference.get("fail_if_not_exists", True) is not False


def _check_nonce(form: Form, path: Path, message: Json, draft: Draft) -> None:
    nonce = message.get("nonce")
    if isinstance(nonce, str) and len(nonce) > LONGEST_NONCE:
        form.refuse((*path, "nonce"), "NONCE_TYPE_TOO_LONG", f"Must be {LONGEST_NONCE} or fewer characters long.")
    elif nonce is not None and (isinstance(nonce, bool) or not isinstance(nonce, str | int)):
        form.refuse((*path, "nonce"), "NONCE_TYPE_INVALID_TYPE", "This field must be a string or integer.")
    draft.nonce = nonce if isinstance(nonce, str | int) else None
    draft.enforce_nonce = bool(message.get("enforce_nonce"))
