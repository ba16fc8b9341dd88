"""Bills of a day: a ZIP of GBK tables, next morning, at an address that lives for seconds.

Source: Alipay's page of alipay.data.dataservice.bill.downloadurl.query, and the tables themselves: `trade`
lists payments and refunds with their fees, `signcustomer` every movement of the account.
"""

import csv
import io
import re
import zipfile
from datetime import UTC, datetime, timedelta

from yuanyou_sandbox.alipay import balance
from yuanyou_sandbox.alipay.account import BEIJING, Account, beijing, digits, yuan
from yuanyou_sandbox.alipay.errors import business
from yuanyou_sandbox.shared.store import Document

TRADE, SIGNCUSTOMER = "trade", "signcustomer"
TYPES = (TRADE, SIGNCUSTOMER)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
WRITTEN = timedelta(days=1, hours=9)
"""When the bill of a day is there, after its midnight."""
LIVES_SECONDS = 30
KIND = "bill"
TRADE_HEAD: tuple[str, ...] = (
    *("支付宝交易号", "商户订单号", "业务类型", "商品名称", "创建时间", "完成时间", "门店编号", "门店名称"),
    *("操作员", "终端号", "对方账户", "订单金额（元）", "商家实收（元）", "支付宝红包（元）", "集分宝（元）"),
    *("支付宝优惠（元）", "商家优惠（元）", "券核销金额（元）", "券名称", "商家红包消费金额（元）"),
    *("卡消费金额（元）", "退款批次号/请求号", "服务费（元）", "分润（元）", "备注"),
)
ACCOUNT_HEAD: tuple[str, ...] = (
    *("账务流水号", "业务流水号", "商户订单号", "商品名称", "发生时间", "对方账号", "收入金额（+元）"),
    *("支出金额（-元）", "账户余额（元）", "交易渠道", "业务类型", "备注"),
)
TYPE_NAMES = {balance.TRADE: "交易付款", balance.REFUND: "交易退款", balance.WITHDRAWAL: "提现"}
FEE_NAME = "收费"


def address(account: Account, kind: str, day: str) -> str:
    """Where it can be fetched. Refusal while it is not written, and for a day on which nothing moved."""
    if not DAY.fullmatch(day):
        raise business("ACQ.INVALID_PARAMETER", "bill_date")
    written = datetime.fromisoformat(day).replace(tzinfo=BEIJING) + WRITTEN
    if datetime.fromtimestamp(account.now(), UTC) < written or not balance.of_day(account, day):
        raise business("isp.bill_not_exist")
    token = digits(24)
    expires = account.now() + LIVES_SECONDS
    account.create(KIND, {"id": token, "kind": kind, "day": day, "expires_at": expires})
    return f"{account.url}/bills/{token}"


def fetch(account: Account, token: str) -> bytes | None:
    """The ZIP behind an address; None when there is none (any more)."""
    found = account.find(KIND, token)
    if found is None or found["expires_at"] <= account.now():
        return None
    day, kind = found["day"], found["kind"]
    rows = balance.of_day(account, day)
    name = f"{account.seller_id}_{day.replace('-', '')}"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for title, text in _tables(account, kind, day, rows):
            # As Alipay's own: names in GBK, which the format does not know of.
            archive.writestr(f"{name}_{title}.csv", text.encode("gb18030"))
    return packed.getvalue()


def _tables(account: Account, kind: str, day: str, rows: list[Document]) -> list[tuple[str, str]]:
    if kind == TRADE:
        trades = [each for each in rows if each["kind"] != balance.WITHDRAWAL]
        head, told, title = TRADE_HEAD, [_trade_row(each) for each in trades], "业务明细"
    else:
        head, told, title = ACCOUNT_HEAD, [row for each in rows for row in _account_rows(each)], "账务明细"
    detail = _table(account, day, title, head, told)
    summary = f"#支付宝{title}(汇总)查询\r\n#账号：[{account.seller_id}0156]\r\n#合计：{len(told)}笔\r\n"
    return [(title, detail), (f"{title}(汇总)", summary)]


def _table(account: Account, day: str, title: str, head: tuple[str, ...], rows: list[list[str]]) -> str:
    """Remarks around it begin with #; values carry a tab, so that spreadsheets keep their digits."""
    text = io.StringIO()
    write = csv.writer(text)
    begins, label = day.replace("-", "年", 1).replace("-", "月") + "日", f"{title}列表"
    rule = "-" * 16
    text.write(f"#支付宝{title}查询\r\n#账号：[{account.seller_id}0156]\r\n")
    text.write(f"#起始日期：[{begins} 00:00:00]   终止日期：[{begins} 23:59:59]\r\n")
    text.write(f"#{rule}{label}{rule}\r\n")
    write.writerow(head)
    for row in rows:
        write.writerow([f"{value}\t" for value in row])
    text.write(f"#{rule}{label}结束{rule}\r\n#合计：{len(rows)}笔\r\n")
    text.write(f"#导出时间：[{beijing(account.now())}]\r\n")
    return text.getvalue()


def _trade_row(movement: Document) -> list[str]:
    paid = movement["kind"] == balance.TRADE
    amount = yuan(movement["fen"] if paid else -movement["fen"])
    row = dict.fromkeys(TRADE_HEAD, "")
    row |= dict.fromkeys([name for name in TRADE_HEAD if name.endswith("（元）")], "0.00")
    row |= {
        "支付宝交易号": movement["trade_no"],
        "商户订单号": movement["number"],
        "业务类型": "交易" if paid else "退款",
        "商品名称": movement["subject"],
        "创建时间": beijing(movement["began"]),
        "完成时间": beijing(movement["at"]),
        "对方账户": "*试(csq***@sandbox.com)",
        "订单金额（元）": amount,
        "商家实收（元）": amount,
        "退款批次号/请求号": movement["request_no"],
        "服务费（元）": yuan(-movement["fee"]),
    }
    return list(row.values())


def _account_rows(movement: Document) -> list[list[str]]:
    comes = movement["kind"] == balance.TRADE
    rows = [_account_row(movement, TYPE_NAMES[movement["kind"]], movement["fen"], comes=comes)]
    if movement["fee"]:
        rows.append(_account_row(movement, FEE_NAME, movement["fee"], comes=False, suffix="1"))
    return rows


def _account_row(movement: Document, name: str, fen: int, *, comes: bool, suffix: str = "0") -> list[str]:
    row = dict.fromkeys(ACCOUNT_HEAD, "")
    row |= {
        "账务流水号": f"{movement['id']}{suffix}",
        "业务流水号": movement["trade_no"],
        "商户订单号": movement["number"],
        "商品名称": movement["subject"],
        "发生时间": beijing(movement["at"]),
        "收入金额（+元）": yuan(fen if comes else 0),
        "支出金额（-元）": yuan(0 if comes else -fen),
        "交易渠道": "支付宝",
        "业务类型": name,
    }
    return list(row.values())
