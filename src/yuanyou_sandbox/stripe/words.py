"""What Stripe's pages say, in Chinese."""

WORDS = {
    "Amount": "金额",
    "An error occurred while processing your card. Try again in a little bit.": (
        "处理您的卡时出错，请稍后再试。"
    ),
    "Another test card": "其他测试卡",
    "Asks for 3-D Secure": "要求 3-D Secure 验证",
    "Back to the shop": "返回商家",
    "Bank debit: fails days later": "银行扣款：几天后失败",
    "Bank debit: the money comes days later": "银行扣款：几天后到账",
    "Card number of the other test card": "其他测试卡的卡号",
    "Complete": "确认付款",
    "Fail": "验证失败",
    "Has insufficient funds": "余额不足",
    "How do you want to pay?": "请选择付款方式",
    "Is declined": "被拒付",
    "It is paid.": "已付款。",
    "Leave without paying": "不付款，返回",
    "Never type a real card number here.": "请勿在此输入真实卡号。",
    "Nothing was taken.": "没有扣款。",
    "Pay {amount}": "支付 {amount}",
    "Pay {merchant}": "向 {merchant} 付款",
    "Pays": "付款成功",
    "The bank returned the debit.": "银行退回了扣款。",
    "The shop does not take this way to pay.": "商家不支持这种付款方式。",
    "There is nothing to confirm any more.": "没有需要确认的付款。",
    "This payment has expired": "这笔付款已过期",
    "This payment is complete": "这笔付款已完成",
    "To": "收款方",
    "To pay": "应付金额",
    "We are unable to authenticate your payment method."
    " Please choose a different payment method and try again.": (
        "无法验证您的付款方式，请换一种付款方式再试。"
    ),
    "You can try again with another card.": "您可以换一张卡再试。",
    "Your bank asks: do you confirm this payment?": "银行询问：您确认这笔付款吗？",
    "Your bank is still at work on it.": "银行仍在处理中。",
    "Your card has expired.": "您的卡已过期。",
    "Your card has insufficient funds.": "您的卡余额不足。",
    "Your card number is incorrect.": "卡号不正确。",
    "Your card was declined.": "您的卡被拒付。",
    "Your card was declined. Your request was in test mode, but used a non test card."
    " For a list of valid test cards, visit: https://stripe.com/docs/testing.": (
        "您的卡被拒付：沙盒只接受测试卡。测试卡列表：https://stripe.com/docs/testing。"
    ),
    "Your card's security code is incorrect.": "卡的安全码不正确。",
    "Alipay": "支付宝",
    "WeChat Pay": "微信支付",
    "By paying you allow {merchant} to charge this way to pay later, too.": (
        "付款即表示您同意 {merchant} 以后也可从此付款方式扣款。"
    ),
    "Confirm in your Alipay app": "在支付宝中确认",
    "Scan this code with WeChat": "请用微信扫描二维码",
    "QR code": "二维码",
    "Paid in the app": "已在应用中付款",
    "Refused in the app": "已在应用中拒绝",
    "Choose another way to pay": "换一种付款方式",
    "Your card was declined for making repeated attempts too frequently"
    " or exceeding its amount limit.": "您的卡被拒付：尝试次数过多或超出限额。",
    "Your card was declined. This transaction requires authentication.": "您的卡被拒付：这笔交易需要验证。",
    "3-D Secure": "3-D Secure 验证",
    "By hand": "人工操作",
    "Hosted Checkout, refunds, webhooks.": "托管收银台、退款、异步通知。",
    "Let it expire": "让它过期",
    "Payments": "付款",
    "Payments and pay pages": "付款与付款页面",
    "Reference": "编号",
    "Refund the rest": "退还余款",
    "State": "状态",
    "Taken less fees and refunds": "实收（已扣手续费和退款）",
    "The debit arrives": "扣款到账",
    "The debit fails": "扣款失败",
}
