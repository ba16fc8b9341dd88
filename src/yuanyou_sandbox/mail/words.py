"""What the mail company's pages say, in Chinese."""

WORDS = {
    "All letters": "全部邮件",
    "As HTML": "HTML 版",
    "Attachments": "附件",
    "From": "发件人",
    "Letters: {n}": "邮件：{n} 封",
    "Letters to this address": "此地址的邮件",
    "Mail that was sent": "已发送的邮件",
    "Mail": "邮件",
    "No letter has come yet.": "还没有邮件。",
    "Read the mail": "查看邮件",
    "Show": "显示",
    "Subject": "主题",
    "Text": "文字版",
    "To": "收件人",
    "(no subject)": "（无主题）",
}
