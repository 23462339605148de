"""The Seedream HTTP API: what goes over the wire, pure functions around it, and a thin client."""

from bot.seedream.client import SeedreamClient
from bot.seedream.protocol import UploadedImage
from bot.seedream.rate import ProcessRate, RequestRate
from bot.seedream.session import open_session

__all__ = ["ProcessRate", "RequestRate", "SeedreamClient", "UploadedImage", "open_session"]
