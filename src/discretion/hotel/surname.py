"""Chinese surnames of two characters, and surnames that are read otherwise than their character usually is.

Rules:
* `COMPOUND` decides where a surname ends when nobody said so: for masks, search and proposals, never for registration.
* `READINGS` serves search only. A reading is never shown and never reported: the guest's document says how it is
  spelled.

Left to others: readings of all other characters (`reading`).
Source: experience.md section 6 and the tables of Chinese compound surnames in common use; simplified and traditional
forms.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

_COMPOUND_WORDS: Final = (
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 "
    "太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 "
    "漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 梁丘 左丘 西门 南荣 第五 "
    "即墨 达奚 褚师 哥舒 纳兰 完颜 叶赫 耶律 东里 仲长 公仪 公户 贺兰 贺若 豆卢 屈突 斛律 沮渠 爱新 独吉 "
    "歐陽 司馬 東方 獨孤 南宮 萬俟 聞人 諸葛 尉遲 赫連 澹臺 濮陽 公孫 鍾離 長孫 鮮于 閭丘 東郭 納蘭 完顏"
)
COMPOUND: Final = frozenset(_COMPOUND_WORDS.split())
"""Surnames of two characters."""

READINGS: Final = MappingProxyType(
    {
        "单": ("shan",),
        "單": ("shan",),
        "解": ("xie",),
        "曾": ("zeng",),
        "查": ("zha",),
        "仇": ("qiu",),
        "朴": ("piao",),
        "区": ("ou",),
        "區": ("ou",),
        "吕": ("lv",),
        "呂": ("lv",),
        "任": ("ren",),
        "盖": ("ge", "gai"),
        "缪": ("miao",),
        "繁": ("po",),
        "秘": ("bi",),
        "冼": ("xian",),
        "洗": ("xian",),
        "乐": ("yue", "le"),
        "员": ("yun",),
        "郇": ("xun", "huan"),
        "折": ("she",),
        "召": ("shao",),
        "种": ("chong",),
        "黑": ("he",),
        "翟": ("zhai", "di"),
        "柏": ("bai", "bo"),
        "费": ("fei", "bi"),
        "角": ("jue",),
        "隗": ("wei", "kui"),
        "祭": ("zhai", "ji"),
        "都": ("du",),
        "逄": ("pang",),
        "能": ("nai",),
        "难": ("ning", "nan"),
        "过": ("guo",),
        "宁": ("ning",),
        "於": ("yu",),
        "车": ("che",),
        "句": ("gou",),
        "牟": ("mu", "mou"),
        "藏": ("zang",),
        "谌": ("chen", "shen"),
        "阚": ("kan",),
        "撒": ("sa",),
        "石": ("shi",),
        "尉": ("wei", "yu"),
        "那": ("na",),
        "适": ("kuo", "shi"),
        "行": ("xing", "heng"),
        "覃": ("qin", "tan"),
        "宓": ("mi", "fu"),
        "郗": ("xi", "chi"),
        "莘": ("shen", "xin"),
        "佴": ("nai",),
        "郄": ("qie", "xi"),
        "盛": ("sheng",),
        "瞿": ("qu",),
        "隽": ("juan",),
        "幺": ("yao",),
        "哈": ("ha",),
        "长": ("chang",),
        "万俟": ("moqi",),
        "萬俟": ("moqi",),
        "尉迟": ("yuchi",),
        "尉遲": ("yuchi",),
        "澹台": ("tantai",),
        "澹臺": ("tantai",),
        "长孙": ("zhangsun",),
        "長孫": ("zhangsun",),
        "鲜于": ("xianyu",),
        "鮮于": ("xianyu",),
        "令狐": ("linghu",),
        "亓官": ("qiguan",),
        "单于": ("chanyu",),
        "乐正": ("yuezheng",),
    }
)
"""Surname to how it is read as a surname, without tones, `v` for u with two dots."""
