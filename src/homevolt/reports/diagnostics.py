"""stub"""
async def diagnostics() -> None:
    """x"""
