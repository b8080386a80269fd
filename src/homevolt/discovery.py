"""stub"""


class DiscoveredDevice:
    """x"""


async def discover() -> None:
    """X"""
