"""How Alipay says no. Source: opendocs.alipay.com/common (gateway codes) and each method's page."""

from dataclasses import dataclass

BUSINESS, MISSING, INVALID, FORBIDDEN, UNAVAILABLE = "40004", "40001", "40002", "40006", "20000"
MESSAGES = {
    BUSINESS: "Business Failed",
    MISSING: "Missing Required Arguments",
    INVALID: "Invalid Arguments",
    FORBIDDEN: "Insufficient Permissions",
    UNAVAILABLE: "Service Currently Unavailable",
}
TOLD = {
    "ACQ.BUYER_BALANCE_NOT_ENOUGH": "买家余额不足",
    "ACQ.CONTEXT_INCONSISTENT": "交易信息被篡改",
    "ACQ.DISCORDANT_REPEAT_REQUEST": "请求信息不一致",
    "ACQ.INVALID_PARAMETER": "参数无效",
    "ACQ.PAYMENT_AUTH_CODE_INVALID": "支付授权码无效",
    "ACQ.REASON_TRADE_REFUND_FEE_ERR": "退款金额无效",
    "ACQ.SELLER_BALANCE_NOT_ENOUGH": "卖家余额不足",
    "ACQ.SYSTEM_ERROR": "系统错误",
    "ACQ.TRADE_HAS_CLOSE": "交易已经关闭",
    "ACQ.TRADE_HAS_FINISHED": "交易已完结",
    "ACQ.TRADE_HAS_SUCCESS": "交易已被支付",
    "ACQ.TRADE_NOT_EXIST": "交易不存在",
    "ACQ.TRADE_STATUS_ERROR": "交易状态不合法",
    "isp.bill_not_exist": "账单不存在",
    "isp.unknow-error": "系统繁忙",
    "isv.invalid-app-id": "无效的AppID参数",
    "isv.invalid-method": "不存在的方法名",
    "isv.invalid-parameter": "参数无效",
    "isv.invalid-signature": "无效签名",
    "isv.invalid-signature-type": "无效签名类型",
    "isv.invalid-timestamp": "非法的时间戳参数",
    "isv.missing-app-id": "缺少AppID参数",
    "isv.missing-method": "缺少方法名参数",
    "isv.missing-signature": "缺少签名参数",
}


@dataclass(eq=False)
class Refusal(Exception):
    """What Alipay answers instead of doing it."""

    code: str
    sub_code: str
    detail: str = ""

    @property
    def told(self) -> str:
        """In Alipay's words, for people."""
        meaning = TOLD.get(self.sub_code, self.sub_code)
        return f"{meaning}({self.detail})" if self.detail else meaning

    @property
    def fields(self) -> dict[str, str]:
        return {
            "code": self.code,
            "msg": MESSAGES[self.code],
            "sub_code": self.sub_code,
            "sub_msg": self.told,
        }


def business(sub_code: str, detail: str = "") -> Refusal:
    """An explicit no to what was asked."""
    return Refusal(BUSINESS, sub_code, detail)
