"""Trade and fund-flow bills: a download address with a SHA1, and a CSV with a backtick before every field.

Source: pay.weixin.qq.com/doc/v3/merchant/4012791866 (trade bill), /4012791867 (fund-flow bill), /4013071243
(download). A bill of a day in Beijing is written at ten the next morning.
"""

import gzip
import hashlib
import secrets
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.wechat import balance, orders, refunds, trades
from yuanyou_sandbox.wechat.account import BEIJING, COMPANY, Account, beijing
from yuanyou_sandbox.wechat.balance import RATE, Flow, yuan
from yuanyou_sandbox.wechat.errors import ApiError, bad_field

TOKEN, TOKEN_SECONDS = "bill", 300
WRITTEN_AT = time(10)
KEPT_DAYS = 92
PLAIN, GZIP = "PLAIN", "GZIP"
TRADE_TYPES = ("ALL", "SUCCESS", "REFUND")
TRADE_HEAD = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
)
TRADE_SUM = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
FLOW_HEAD = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,"
    "备注,业务凭证号"
)
FLOW_SUM = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"
REFUND_STATES = {
    refunds.PROCESSING: "PROCESSING",
    refunds.SUCCESS: "SUCCESS",
    refunds.CLOSED: "FAIL",
    refunds.ABNORMAL: "CHANGE",
}


def trade_bill(account: Account, asked: Mapping[str, str]) -> Document:
    """GET /v3/bill/tradebill."""
    kind = asked.get("bill_type", "ALL")
    if kind not in TRADE_TYPES:
        raise bad_field("/bill_type", f"应为{'、'.join(TRADE_TYPES)}", kind)
    day = _day(account, asked)
    return _offered(account, f"trade {kind} {day}", _trades(account, day, kind), asked)


def fund_flow_bill(account: Account, asked: Mapping[str, str]) -> Document:
    """GET /v3/bill/fundflowbill."""
    if asked.get("account_type", "BASIC") != "BASIC":
        raise bad_field("/account_type", "沙盒只有基本账户", asked["account_type"])
    day = _day(account, asked)
    return _offered(account, f"flow {day}", _flows(account, day), asked)


def download(account: Account, asked: Mapping[str, str]) -> bytes:
    """GET /v3/billdownload/file."""
    found = account.find(TOKEN, asked.get("token"))
    if found is None or account.now() >= found["until"]:
        raise ApiError(400, "PARAM_ERROR", "token已过期，请重新申请账单")
    text = str(found["text"]).encode()
    return gzip.compress(text) if found["packed"] else text


def _day(account: Account, asked: Mapping[str, str]) -> str:
    """The day that is asked for. ApiError when there is no bill of it (yet)."""
    try:
        day = date.fromisoformat(asked.get("bill_date", ""))
    except ValueError:
        raise bad_field("/bill_date", "格式应为yyyy-MM-DD", asked.get("bill_date")) from None
    now = beijing(account.now())
    if day >= now.date() or (now.date() - day).days > KEPT_DAYS:
        raise bad_field("/bill_date", "只能下载三个月以内、昨天及以前的账单", day)
    if now < datetime.combine(day + timedelta(days=1), WRITTEN_AT, BEIJING):
        raise ApiError(400, "STATEMENT_CREATING", "账单生成中，请稍后再试")
    return day.isoformat()


def _offered(account: Account, name: str, rows: list[str] | None, asked: Mapping[str, str]) -> Document:
    if rows is None:
        raise ApiError(400, "NO_STATEMENT_EXIST", "账单文件不存在")
    text = "\r\n".join(rows) + "\r\n"
    packed = asked.get("tar_type", PLAIN) == GZIP
    made: Document = {
        "id": secrets.token_urlsafe(24),
        "name": name,
        "text": text,
        "packed": packed,
        "until": account.now() + TOKEN_SECONDS,
    }
    account.create(TOKEN, made)
    hashed = hashlib.sha1(text.encode()).hexdigest()  # noqa: S324  WeChat's choice
    if account.world.faults.take(COMPANY, "bills.download", {"wrong_hash"}):
        hashed = hashed[::-1]
    return {
        "hash_type": "SHA1",
        "hash_value": hashed,
        "download_url": f"{account.url}/v3/billdownload/file?token={made['id']}",
    }


def _trades(account: Account, day: str, kind: str) -> list[str] | None:
    found = [each for each in trades.of_day(account, day) if kind in {"ALL", each["state"]}]
    if not found:
        return None
    rows = [_trade(account, each) for each in found]
    paid = sum(orders.get(account, each["order"])["total"] for each in found if each["state"] == "SUCCESS")
    back, fees = sum(each["refunded"] for each in found), sum(each["fee"] for each in found)
    summed = [str(len(rows)), yuan(paid), yuan(back), "0.00", yuan(fees), yuan(paid), yuan(back)]
    return [TRADE_HEAD, *rows, TRADE_SUM, _ticked(summed)]


def _trade(account: Account, trade: Document) -> str:
    order = orders.get(account, trade["order"])
    refund = account.find(refunds.KIND, trade["refund"])
    gone, total = trade["refunded"], order["total"] if trade["state"] == "SUCCESS" else 0
    return _ticked(
        [
            _moment(trade["at"]),
            *(order["appid"], account.mchid, "0", "", order["transaction_id"], order["id"], order["openid"]),
            *(order["trade_type"], trade["state"], order["bank_type"], "CNY", yuan(total), "0.00"),
            *(refund["id"] if refund else "0", refund["number"] if refund else "0", yuan(gone), "0.00"),
            "ORIGINAL" if gone else "",
            REFUND_STATES[refund["status"]] if refund else "SUCCESS" if gone else "",
            *(order["description"], order["attach"] or "", f"{trade['fee'] / 100:.5f}"),
            *(RATE, yuan(total), yuan(gone), ""),
        ]
    )


def _flows(account: Account, day: str) -> list[str] | None:
    found = account.all_by(balance.KIND, "day", day)
    if not found:
        return None
    rows = [_flow(each) for each in found]
    came = [each["amount"] for each in found if each["amount"] > 0]
    went = [-each["amount"] for each in found if each["amount"] < 0]
    counts = [str(len(found)), str(len(came)), yuan(sum(came)), str(len(went)), yuan(sum(went))]
    return [FLOW_HEAD, *rows, FLOW_SUM, _ticked(counts)]


def _flow(movement: Document) -> str:
    by = "system" if movement["flow"] in {Flow.TRADE, Flow.FEE} else "1900009191API"
    return _ticked(
        [
            _moment(movement["at"]),
            *(movement["about"], movement["id"], movement["flow"], movement["flow"]),
            "收入" if movement["amount"] > 0 else "支出",
            *(yuan(abs(movement["amount"])), yuan(movement["left"]), by, "", movement["proof"]),
        ]
    )


def _ticked(fields: list[str]) -> str:
    """A line of the bill. There is no quoting: only the backtick tells a new field from a comma in one."""
    return ",".join(f"`{each}" for each in fields)


def _moment(at: float) -> str:
    return f"{beijing(at):%Y-%m-%d %H:%M:%S}"
