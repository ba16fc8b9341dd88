"""What the eSIM pages say, in Chinese."""

WORDS = {
    "Activation code": "激活码",
    "Profiles for phones, and what the phones do with them.": "手机用的 eSIM 配置文件，以及手机的操作。",
    "Profiles": "配置文件",
    "Reference": "编号",
    "State": "状态",
    "The phone deletes it": "手机删除",
    "The phone disables it": "手机停用",
    "The phone downloads it": "手机下载",
    "The phone enables it": "手机启用",
    "The phone installs it": "手机安装",
    "What the phone does": "手机操作",
    "{n} profiles": "{n} 个配置文件",
    "deleted": "已删除",
    "disabled": "已停用",
    "downloaded": "已下载",
    "enabled": "已启用",
    "installed": "已安装",
    "released": "待下载",
}
