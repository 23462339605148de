"""Every error of the bot, in one tree. `bot.presentation.errors` has the words of each.

Beside it stands `bot.errors.network`: what a guarded connection fails with, before it is turned into one of these.

```
BotError
├── UnknownError
├── RequestError
│   ├── RequestRefused
│   ├── PromptMissing
│   ├── PromptTooLong
│   ├── ReplyOutOfSight
│   ├── UnknownVersion
│   ├── SizeNotUnderstood
│   ├── TierNotOffered
│   ├── AspectRatioOutOfRange
│   ├── TooFewPixels
│   ├── TooManyPixels
│   ├── ImageCountOutOfRange
│   ├── ImageCountNotUnderstood
│   ├── TooManyReferences
│   ├── TooManyImagesTogether
│   ├── LinkNotUnderstood
│   └── LinkWithPassword
├── FormError
│   ├── NothingSeen
│   ├── NoPictureSeen
│   ├── FormForgotten
│   ├── FormOfAnother
│   └── TrayEmpty
├── ReferencesRefused
├── SourcesRefused
├── ReferenceSourceError
│   ├── LinkedMessageError
│   │   ├── LinkedPlaceClosed
│   │   ├── LinkedPlaceForbidden
│   │   ├── LinkedMessageGone
│   │   ├── LinkedMessageHidden
│   │   ├── LinkedMessageWithoutPictures
│   │   └── LinkedMessageTooFull
│   ├── EarlierTaskError
│   │   ├── EarlierTaskNotKnown
│   │   ├── EarlierTaskNotYours
│   │   ├── EarlierTaskUnfinished
│   │   ├── EarlierTaskWithoutPictures
│   │   └── EarlierPicturesGone
│   └── NothingCollected
├── ReferenceImageError
│   ├── NotAnImage
│   ├── UnsupportedImageFormat
│   ├── PhoneImageFormat
│   ├── AnimatedImage
│   ├── DamagedImage
│   ├── ImageInPieces
│   ├── ImageFileTooLarge
│   ├── ImageFileEmpty
│   ├── ImageTooSmall
│   ├── ImageTooManyPixels
│   ├── ImageBeyondScaling
│   ├── ImageTooElongated
│   ├── ReferenceGone
│   ├── ReferenceUnreachable
│   ├── ReferenceAddressRefused
│   ├── ReferenceRedirected
│   ├── ReferenceTooSlow
│   ├── ReferenceIsPage
│   └── ReferenceUploadFailed
├── ApiError
│   ├── ApiUnreachable
│   ├── ApiConnectionLost
│   ├── SubmissionOutcomeUnknown
│   ├── ApiAnswerInvalid
│   ├── ApiStatusError
│   │   ├── ApiTokenRefused
│   │   ├── ApiBalanceExhausted
│   │   ├── ApiRequestRejected
│   │   ├── ApiContentRefused
│   │   ├── ApiBusy
│   │   └── ApiServerError
│   └── TaskError
│       ├── TaskFailed
│       ├── TaskContentRefused
│       ├── TaskUnknownToApi
│       ├── TaskOverdue
│       ├── TaskWithoutPictures
│       └── TaskOutOfSight
├── PlaceError
│   ├── CannotPostPictures
│   └── AskingNotAllowed
├── DeliveryError
│   ├── PlaceGone
│   ├── ThreadNotOpened
│   ├── MessageGone
│   ├── UploadTooLarge
│   ├── DiscordRejected
│   ├── DiscordUnavailable
│   ├── ResultUnreachable
│   ├── ResultGone
│   ├── ResultUnusable
│   └── DeliveryGivenUp
├── JobError
│   ├── JobLost
│   ├── AlreadyTaken
│   ├── JobInterrupted
│   ├── JobRestored
│   ├── AnswerOutOfReach
│   ├── ShuttingDown
│   └── StorageUnavailable
└── StartupError
    ├── ConfigInvalid
    ├── ConfigMissing
    ├── DatabaseUnusable
    ├── DatabaseInUse
    ├── DatabaseNotShared
    ├── BackupFailed
    ├── BackupElsewhere
    ├── SpoolUnusable
    ├── HealthPortUnusable
    ├── DiscordTokenRefused
    ├── DiscordUnreachable
    └── DiscordRefused
```
"""

from bot.errors.api import (
    ApiAnswerInvalid,
    ApiBalanceExhausted,
    ApiBusy,
    ApiConnectionLost,
    ApiContentRefused,
    ApiError,
    ApiRequestRejected,
    ApiServerError,
    ApiStatusError,
    ApiTokenRefused,
    ApiUnreachable,
    SubmissionOutcomeUnknown,
    TaskContentRefused,
    TaskError,
    TaskFailed,
    TaskOutOfSight,
    TaskOverdue,
    TaskUnknownToApi,
    TaskWithoutPictures,
)
from bot.errors.base import BotError, Cost, UnknownError
from bot.errors.delivery import (
    AskingNotAllowed,
    CannotPostPictures,
    DeliveryError,
    DeliveryGivenUp,
    DiscordRejected,
    DiscordUnavailable,
    MessageGone,
    PlaceError,
    PlaceGone,
    ResultGone,
    ResultUnreachable,
    ResultUnusable,
    ThreadNotOpened,
    UploadTooLarge,
)
from bot.errors.forms import FormError, FormForgotten, FormOfAnother, NoPictureSeen, NothingSeen, TrayEmpty
from bot.errors.jobs import (
    AlreadyTaken,
    AnswerOutOfReach,
    JobError,
    JobInterrupted,
    JobLost,
    JobRestored,
    ShuttingDown,
    StorageUnavailable,
)
from bot.errors.references import (
    AnimatedImage,
    DamagedImage,
    ImageBeyondScaling,
    ImageFileEmpty,
    ImageFileTooLarge,
    ImageInPieces,
    ImageTooElongated,
    ImageTooManyPixels,
    ImageTooSmall,
    NotAnImage,
    PhoneImageFormat,
    ReferenceAddressRefused,
    ReferenceGone,
    ReferenceImageError,
    ReferenceIsPage,
    ReferenceRedirected,
    ReferencesRefused,
    ReferenceTooSlow,
    ReferenceUnreachable,
    ReferenceUploadFailed,
    UnsupportedImageFormat,
)
from bot.errors.request import (
    AspectRatioOutOfRange,
    ImageCountNotUnderstood,
    ImageCountOutOfRange,
    LinkNotUnderstood,
    LinkWithPassword,
    PromptMissing,
    PromptTooLong,
    ReplyOutOfSight,
    RequestError,
    RequestRefused,
    SizeNotUnderstood,
    TierNotOffered,
    TooFewPixels,
    TooManyImagesTogether,
    TooManyPixels,
    TooManyReferences,
    UnknownVersion,
)
from bot.errors.sources import (
    EarlierPicturesGone,
    EarlierTaskError,
    EarlierTaskNotKnown,
    EarlierTaskNotYours,
    EarlierTaskUnfinished,
    EarlierTaskWithoutPictures,
    LinkedMessageError,
    LinkedMessageGone,
    LinkedMessageHidden,
    LinkedMessageTooFull,
    LinkedMessageWithoutPictures,
    LinkedPlaceClosed,
    LinkedPlaceForbidden,
    NothingCollected,
    ReferenceSourceError,
    SourcesRefused,
)
from bot.errors.startup import (
    BackupElsewhere,
    BackupFailed,
    ConfigInvalid,
    ConfigMissing,
    DatabaseInUse,
    DatabaseNotShared,
    DatabaseUnusable,
    DiscordRefused,
    DiscordTokenRefused,
    DiscordUnreachable,
    HealthPortUnusable,
    SpoolUnusable,
    StartupError,
)

__all__ = [
    "AlreadyTaken",
    "AnimatedImage",
    "AnswerOutOfReach",
    "ApiAnswerInvalid",
    "ApiBalanceExhausted",
    "ApiBusy",
    "ApiConnectionLost",
    "ApiContentRefused",
    "ApiError",
    "ApiRequestRejected",
    "ApiServerError",
    "ApiStatusError",
    "ApiTokenRefused",
    "ApiUnreachable",
    "AskingNotAllowed",
    "AspectRatioOutOfRange",
    "BackupElsewhere",
    "BackupFailed",
    "BotError",
    "CannotPostPictures",
    "ConfigInvalid",
    "ConfigMissing",
    "Cost",
    "DamagedImage",
    "DatabaseInUse",
    "DatabaseNotShared",
    "DatabaseUnusable",
    "DeliveryError",
    "DeliveryGivenUp",
    "DiscordRefused",
    "DiscordRejected",
    "DiscordTokenRefused",
    "DiscordUnavailable",
    "DiscordUnreachable",
    "EarlierPicturesGone",
    "EarlierTaskError",
    "EarlierTaskNotKnown",
    "EarlierTaskNotYours",
    "EarlierTaskUnfinished",
    "EarlierTaskWithoutPictures",
    "FormError",
    "FormForgotten",
    "FormOfAnother",
    "HealthPortUnusable",
    "ImageBeyondScaling",
    "ImageCountNotUnderstood",
    "ImageCountOutOfRange",
    "ImageFileEmpty",
    "ImageFileTooLarge",
    "ImageInPieces",
    "ImageTooElongated",
    "ImageTooManyPixels",
    "ImageTooSmall",
    "JobError",
    "JobInterrupted",
    "JobLost",
    "JobRestored",
    "LinkNotUnderstood",
    "LinkWithPassword",
    "LinkedMessageError",
    "LinkedMessageGone",
    "LinkedMessageHidden",
    "LinkedMessageTooFull",
    "LinkedMessageWithoutPictures",
    "LinkedPlaceClosed",
    "LinkedPlaceForbidden",
    "MessageGone",
    "NoPictureSeen",
    "NotAnImage",
    "NothingCollected",
    "NothingSeen",
    "PhoneImageFormat",
    "PlaceError",
    "PlaceGone",
    "PromptMissing",
    "PromptTooLong",
    "ReferenceAddressRefused",
    "ReferenceGone",
    "ReferenceImageError",
    "ReferenceIsPage",
    "ReferenceRedirected",
    "ReferenceSourceError",
    "ReferenceTooSlow",
    "ReferenceUnreachable",
    "ReferenceUploadFailed",
    "ReferencesRefused",
    "ReplyOutOfSight",
    "RequestError",
    "RequestRefused",
    "ResultGone",
    "ResultUnreachable",
    "ResultUnusable",
    "ShuttingDown",
    "SizeNotUnderstood",
    "SourcesRefused",
    "SpoolUnusable",
    "StartupError",
    "StorageUnavailable",
    "SubmissionOutcomeUnknown",
    "TaskContentRefused",
    "TaskError",
    "TaskFailed",
    "TaskOutOfSight",
    "TaskOverdue",
    "TaskUnknownToApi",
    "TaskWithoutPictures",
    "ThreadNotOpened",
    "TierNotOffered",
    "TooFewPixels",
    "TooManyImagesTogether",
    "TooManyPixels",
    "TooManyReferences",
    "TrayEmpty",
    "UnknownError",
    "UnknownVersion",
    "UnsupportedImageFormat",
    "UploadTooLarge",
]
