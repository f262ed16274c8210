"""The regulations and standards that parameters come from, by the short names used here (domain facts, §0.1)."""

import re

TITLES = {  # short name: (Chinese, English)
    "TL18": ("《干部人事档案工作条例》（2018）", "Regulations on cadre personnel dossiers (2018)"),
    "TL91": ("《干部档案工作条例》（1991）", "Regulations on cadre dossiers (1991)"),
    "ZL91": ("《干部档案整理工作细则》（1991）", "Rules for sorting cadre dossiers (1991)"),
    "SJ09": (
        "《干部人事档案材料收集归档规定》（2009）",
        "Provisions on collecting and filing dossier materials (2009)",
    ),
    "LD21": ("《流动人员人事档案管理服务规定》（2021）", "Provisions on mobile workers' dossiers (2021)"),
    "KF87": ("《档案库房技术管理暂行规定》（1987）", "Interim provisions on archive storerooms (1987)"),
}
PHRASES = {  # everything else a source says
    "our own": "本单位规定",
    "2 days are our own": "2日为本单位规定",
    "local practice": "各地通行做法",
    "local rules": "地方规定",
    "practice": "通行做法",
    "service guides": "各地办事指南",
    "tenders": "招标文件通行要求",
    "promise of the office": "本单位服务承诺",
    "the unit's rules": "单位内部规定",
    "procurement law": "《政府采购法》及其实施条例",
    "cybersecurity law": "《网络安全法》",
    "payment regulation for small firms": "《保障中小企业款项支付条例》",
    "GB/T 33870": "GB/T 33870—2017《干部人事档案数字化技术规范》",
    "DA/T 31": "DA/T 31—2017《纸质档案数字化规范》",
}
_RANGE = re.compile(r"(\d+) to (\d+)")
_ARTICLE = re.compile(r"(\w+) art\. (\d+)")


def said(source: str, chinese: bool) -> str:
    """A source such as "TL18 art. 31; our own" with its documents by name, in Chinese or English."""
    parts = [_part(each, chinese) for each in re.split(r"[,;] ", source)]
    return ("；" if chinese else "; ").join(parts)


def _part(text: str, chinese: bool) -> str:
    if found := _ARTICLE.fullmatch(text):
        return _part(found[1], chinese) + (f"第{found[2]}条" if chinese else f", art. {found[2]}")
    if found := _RANGE.fullmatch(text):
        return f"{found[1]}～{found[2]}" if chinese else f"{found[1]} to {found[2]}"
    if text in TITLES:
        return TITLES[text][0 if chinese else 1]
    return PHRASES.get(text, text) if chinese else text
