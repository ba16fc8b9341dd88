"""Errors in WeChat Pay's shape: HTTP status, `code`, `message`, sometimes `detail`.

Source: pay.weixin.qq.com/doc/v3/merchant/4012081606 and the tables below each interface.
"""

from typing import Any

FALSE_SIGN = "错误的签名，验签失败"


class ApiError(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, code: str, message: str, *, detail: dict[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.body: dict[str, Any] = {"code": code, "message": message}
        if detail:
            self.body["detail"] = detail


def bad_field(field: str, issue: str, value: object = None) -> ApiError:
    """400: a field does not fit. `field` is a path: /amount/total."""
    detail = {"location": "body", "field": field, "issue": issue}
    if value is not None:
        detail["value"] = str(value)[:100]
    return ApiError(400, "PARAM_ERROR", f"输入源“{field}”映射到值字段时出错：{issue}", detail=detail)


def invalid(message: str) -> ApiError:
    """400: what is asked for cannot be done to this order or refund."""
    return ApiError(400, "INVALID_REQUEST", message)


def no_order() -> ApiError:
    return ApiError(404, "ORDER_NOT_EXIST", "订单不存在")


def no_resource(message: str) -> ApiError:
    return ApiError(404, "RESOURCE_NOT_EXISTS", message)


def paid() -> ApiError:
    return ApiError(400, "ORDERPAID", "该订单已支付")


def closed() -> ApiError:
    return ApiError(400, "ORDER_CLOSED", "该订单已关闭")


def not_signed(issue: str) -> ApiError:
    """401: the request does not prove that the merchant sent it."""
    detail = {"field": "signature", "issue": issue, "location": "authorization"}
    return ApiError(401, "SIGN_ERROR", FALSE_SIGN, detail=detail)
