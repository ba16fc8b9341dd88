"""What people call places and the locale data does not have: short names, regions, cities to visit."""

NICKNAMES = {
    "AE": "uae, abu dhabi, 阿联酋, 阿聯酋, 阿聯, 阿布扎比, 阿布達比",
    "AU": "澳大利亞",
    "BR": "rio de janeiro, 里约热内卢, 里約熱內盧",
    "CA": "montreal, ottawa, banff, 蒙特利尔, 蒙特婁, 滿地可, 渥太华, 渥太華, 班夫",
    "CH": "swiss, geneva, 日内瓦, 日內瓦",
    "CN": (
        "mainland, mainland china, prc, beijing, guangzhou, shenzhen, chengdu, hangzhou, xian,"
        "大陆, 大陸, 内地, 內地, 中国大陆, 中國大陸, 中国内地, 中國內地,"
        "北京, 广州, 廣州, 深圳, 成都, 杭州, 西安"
    ),
    "CZ": "czech republic",
    "DE": "munich, frankfurt, 慕尼黑, 法兰克福, 法蘭克福",
    "ES": "barcelona, 巴塞罗那, 巴塞隆納",
    "FR": "lyon, nice, 里昂, 尼斯",
    "GB": (
        "uk, england, britain, scotland, wales, northern ireland, edinburgh, manchester,"
        "英格兰, 英格蘭, 苏格兰, 蘇格蘭, 爱丁堡, 愛丁堡, 曼彻斯特, 曼徹斯特"
    ),
    "HK": "kowloon, 九龙, 九龍",
    "ID": "bali, 巴厘岛, 峇里島",
    "IN": "delhi, mumbai, 德里, 新德里, 孟买, 孟買",
    "IT": "milan, venice, florence, 米兰, 米蘭, 威尼斯, 佛罗伦萨, 佛羅倫斯",
    "JP": (
        "osaka, kyoto, nagoya, fukuoka, sapporo, hokkaido, okinawa,"
        "大阪, 京都, 名古屋, 福冈, 福岡, 札幌, 北海道, 冲绳, 沖繩"
    ),
    "KH": "siem reap, angkor, 暹粒, 吴哥, 吳哥",
    "KR": "korea, busan, jeju, 韓國, 釜山, 济州, 濟州",
    "MO": "macau",
    "MY": "penang, 槟城, 檳城",
    "NL": "holland",
    "NZ": "queenstown, 新西蘭, 皇后镇, 皇后鎮",
    "PH": "cebu, boracay, 宿务, 宿霧, 长滩岛, 長灘島",
    "TH": "phuket, chiang mai, pattaya, 普吉, 清迈, 清邁, 芭提雅, 芭達雅",
    "TR": "turkey",
    "TW": "taichung, kaohsiung, 臺灣, 臺北, 台中, 臺中, 高雄",
    "US": (
        "usa, america, the states, washington, boston, seattle, san francisco, san diego, las vegas, miami,"
        "orlando, houston, philadelphia, hawaii, california, florida, texas, new jersey, new mexico,"
        "华盛顿, 華盛頓, 波士顿, 波士頓, 西雅图, 西雅圖, 旧金山, 舊金山, 三藩市, 圣地亚哥, 聖地牙哥,"
        "拉斯维加斯, 拉斯維加斯, 迈阿密, 邁阿密, 奥兰多, 奧蘭多, 休斯敦, 休士頓, 费城, 費城,"
        "夏威夷, 加州, 德州, 佛罗里达, 佛羅里達"
    ),
    "VN": "viet nam, hanoi, saigon, da nang, 河内, 河內, 西贡, 西貢, 岘港, 峴港",
}
"""By ISO 3166-1 alpha-2 code."""
