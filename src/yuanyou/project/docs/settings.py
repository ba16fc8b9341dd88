"""`docs/settings.md`: every field of Config with its meaning and its defaults."""

import ast
import inspect
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

from yuanyou.project import config
from yuanyou.project.config import Config, variable
from yuanyou.project.docs.markdown import code, document, prose, table

MUST = {
    "DATABASE_URL": "postgresql://yuanyou:secret@db/yuanyou",
    "YUANYOU_SECRET_KEY": "50 random characters, made for this table only....",
    "YUANYOU_SEAL_KEY": "MzIgcmFuZG9tIGJ5dGVzIGZvciB0aGlzIHRhYmxlLi4=",
    "YUANYOU_SITE_URL": "https://mobile.example",
    "YUANYOU_OPERATOR_NAME": "Example Mobile",
    "YUANYOU_SUPPORT_PHONE": "+18005550199",
    "YUANYOU_ESIM_URL": "https://esim.example",
    "YUANYOU_ESIM_TOKEN": "token",
    "YUANYOU_CARRIER_URL": "https://carrier.example",
    "YUANYOU_CARRIER_TOKEN": "token",
    "YUANYOU_SMTP_HOST": "mail.example",
    "YUANYOU_MAIL_FROM": "care@mobile.example",
}
"""What production does not start without, with values that let it start."""
STRIPE = {"YUANYOU_STRIPE_SECRET_KEY": "sk_live_1", "YUANYOU_STRIPE_WEBHOOK_SECRETS": "whsec_1"}
PAYPAL = {
    "YUANYOU_PAYPAL_CLIENT_ID": "AClient",
    "YUANYOU_PAYPAL_CLIENT_SECRET": "ESecret",
    "YUANYOU_PAYPAL_WEBHOOK_IDS": "1JE4291016473214C",
}
WECHAT = {
    "YUANYOU_WECHAT_MCHID": "1900000001",
    "YUANYOU_WECHAT_APP_ID": "wx0123456789abcdef",
    "YUANYOU_WECHAT_API_KEY": "32 characters for this table ...",
    "YUANYOU_WECHAT_CERT_SERIAL": "5157F09EFDC096DE15EBE81A47057A72",
    "YUANYOU_WECHAT_PRIVATE_KEY": "MIIEvw",
    "YUANYOU_WECHAT_PUBLIC_KEYS": "PUB_KEY_ID_01=MIIBIj",
}
ALIPAY = {
    "YUANYOU_ALIPAY_APP_ID": "2014000000000001",
    "YUANYOU_ALIPAY_PRIVATE_KEY": "MIIEvw",
    "YUANYOU_ALIPAY_SELLER": "2088000000000001",
    "YUANYOU_ALIPAY_PUBLIC_KEYS": "MIIBIj",
}
"""The companies that take money: all of one is required."""

COMPANIES = {"Stripe": STRIPE, "PayPal": PAYPAL, "Alipay": ALIPAY, "WeChat Pay": WECHAT}

HEAD = """# Settings

`yuanyou up` needs none of these: the demo has a default for each, runs its own PostgreSQL and makes its own
secrets. Production (`YUANYOU_ENV=production`) starts only when every **required** one is set, and says in one
sentence what is missing. Of the companies that take money at least one must be set up, and each only whole
(**required for** it); one that is not set up is not offered. A list is separated by commas. An empty value
counts as unset."""


def page() -> str:
    """The Markdown of `docs/settings.md`."""
    meanings = docstrings()
    demo, again = Config.from_env({}), Config.from_env({})
    production = Config.from_env({"YUANYOU_ENV": "production", **MUST, **STRIPE})
    rows = []
    for field in fields(Config):
        name, default = variable(field.name), getattr(demo, field.name)
        made = default != getattr(again, field.name)
        rows.append(
            (
                code(name),
                prose(meanings.get(field.name)),
                "made at random" if made else shown(default),
                required(name) or shown(getattr(production, field.name)),
            )
        )
    return document(HEAD, table(("variable", "meaning", "demo", "production"), rows))


def required(name: str) -> str | None:
    """How production wants it; None when it starts without."""
    if name in MUST:
        return "**required**"
    found = (f"**required for** {company}" for company, needs in COMPANIES.items() if name in needs)
    return next(found, None)


def docstrings() -> dict[str, str]:
    """The string that follows each field of Config, by the field's name."""
    tree = ast.parse(inspect.getsource(config))
    (body,) = [node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Config"]
    found = {}
    for field, text in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            match text:
                case ast.Expr(value=ast.Constant(value=str(meaning))):
                    found[field.target.id] = meaning
    return found


def shown(value: object) -> str:
    """A default as one would set it; what lies in the current folder is relative to it."""
    match value:
        case {} if not value:
            return "–"
        case None | "" | ():
            return "–"
        case dict():
            return code(",".join(f"{name}:{part}" for name, part in value.items()))
        case tuple():
            return code(",".join(str(part) for part in value))
        case Path():
            return code(str(value.relative_to(Path.cwd())))
    return code(str(value))
