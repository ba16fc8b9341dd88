"""Which browser is asking, as far as adding the site to a phone depends on it."""

from enum import StrEnum


class Browser(StrEnum):
    WECHAT = "wechat"
    IPHONE = "iphone"
    ANDROID = "android"
    DESKTOP = "desktop"


def browser(user_agent: str) -> Browser:
    """WeChat's own browser first: it can neither install nor send messages. iPads may say they are Macs."""
    if "MicroMessenger" in user_agent:
        return Browser.WECHAT
    if any(mark in user_agent for mark in ("iPhone", "iPad", "iPod")):
        return Browser.IPHONE
    return Browser.ANDROID if "Android" in user_agent else Browser.DESKTOP
