"""The words of the page that come from its server; Discord's own refusals stand where they are made."""

THREADS_DENIED = "The bot may not open threads here."
SENDING_DENIED = "The bot may not write here, only answer commands."
FILES_DENIED = "The bot may not attach files here."
HIDDEN_FROM_BOT = "The bot cannot see this channel."

NO_CHANNEL = "There is no such channel, or not any more."
NO_MESSAGE = "There is no such message, or not any more."
NO_COMMAND = "There is no such command, or not any more."
NO_INTERACTION = "That is over already."
NO_FILE = "A file is not there any more; please choose it again."
NO_PERSON = "There is no such person here."
NO_ROLE = "There is no such role here."
NO_SUGGESTIONS = "Loading options failed: the application did not respond."
NO_SUCH_FAULT = "There is no such switch."

STARTED_THREAD = "{name} started a thread: {thread}"
OPENED_FROM = "{name} started this thread from a message."
PINNED = "{name} pinned a message to this channel."

TOO_MUCH_WAITS = "Too many chosen files wait to be sent. Send some of them, or wait a few minutes."

NOT_UNDERSTOOD = "The page said something that the sandbox does not understand: {reason}."
UNFORESEEN = "Something went wrong in the sandbox itself ({error}); its log tells more."
TOO_MUCH_AT_ONCE = "Too much at once; please wait for the answers."
