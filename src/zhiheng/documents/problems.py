"""What can go wrong when documents are written: one catalogue, each problem in both languages."""

from __future__ import annotations

from typing import Final, Literal

from zhiheng.documents.words import Text

CATALOGUE: Final[dict[str, tuple[str, str]]] = {
    # code: (中文, English); the named details are filled in
    "echarts_missing": (
        "缺少图表库文件“{path}”。请在项目目录运行 `make setup`，它会从 npm 取得 ECharts。",
        "The chart library “{path}” is missing. Run `make setup` in the project folder; it takes ECharts from npm.",
    ),
    "fonts_missing": (
        "本机没有中文字体“{families}”，文档会缺字。请安装：{install}。",
        "The Chinese fonts “{families}” are not on this machine; documents would lack characters. "
        "Install: {install}.",
    ),
    "language_unknown": (
        "语言“{found}”无效。可用：zh、en。",
        "Language “{found}” is not known. Legal values: zh, en.",
    ),
    "nothing_to_say": (
        "{where} 的文字为空。请给出文字。",
        "{where} has no words. Give it some.",
    ),
    "shape_differs": (
        "{where}：应有 {expected} 个，实有 {found} 个。请使两者一致。",
        "{where}: expected {expected}, found {found}. Make them agree.",
    ),
    "column_repeated": (
        "表“{where}”中列键“{found}”重复。列键必须唯一。",
        "Table “{where}” has the column key “{found}” more than once. Keys must be unique.",
    ),
    "colour_unknown": (
        "{where}：“{found}”不是颜色。请写成 #rrggbb，如 #2e7d32。",
        "{where}: “{found}” is not a colour. Write #rrggbb, such as #2e7d32.",
    ),
    "heading_level": (
        "标题“{where}”的级别为 {found}，应为 1 至 3。",
        "Heading “{where}” has level {found}; it must be 1 to 3.",
    ),
    "no_sheets": ("工作簿没有工作表。请至少给出一张。", "The workbook has no sheets. Give at least one."),
    "word_too_large": (
        "文件有 {found} MB，最多 {most} MB。请删去图片后再上传。",
        "The file has {found} MB; at most {most} MB are read. Take pictures out and upload it again.",
    ),
    "word_not_docx": (
        "这不是 Word 文档（.docx）：{found}。请在 Word 中另存为 .docx，不设密码，再上传。",
        "This is no Word document (.docx): {found}. Save it in Word as .docx, without a password, and upload it again.",
    ),
    "word_bomb": (
        "文件解压后过大（{found}），已拒绝。请从系统重新下载草稿，在其中修改。",
        "Unpacked, the file is too large ({found}); it was refused. Download the draft again and edit that.",
    ),
    "word_active": (
        "文件含有{found}，已拒绝。请从系统重新下载草稿，只修改文字。",
        "The file has {found}; it was refused. Download the draft again and change words only.",
    ),
    "word_damaged": (
        "文件的“{found}”部分读不出来，已拒绝。请在 Word 中打开并另存一次，再上传。",
        "The part “{found}” of the file cannot be read; it was refused. Open it in Word, save it again, and upload it.",
    ),
    "file_unwritable": (
        "无法写入“{path}”（{found}）。请检查文件夹、权限，或关闭正在打开它的程序。",
        "Cannot write “{path}”: {found}. Check the folder and its rights, or close the program that has it open.",
    ),
}


class Problem(Exception):  # noqa: N818 - the house word for an error that a person can mend
    """A problem a person can mend.

    Attributes
    ----------
    code : key of `CATALOGUE`.
    details : the named values in the message.
    """

    def __init__(self, code: str, **details: object) -> None:
        self.code = code
        self.details = details
        super().__init__(self.text("en"))

    def text(self, language: Literal["zh", "en"] = "zh") -> str:
        """Give the message in ``"zh"`` or ``"en"``; a detail that is a `Text` is said in that language too."""
        chinese, english = CATALOGUE[self.code]
        said = {key: one.in_(language) if isinstance(one, Text) else one for key, one in self.details.items()}
        return (chinese if language == "zh" else english).format(**said)

    def __str__(self) -> str:
        """Give both languages, Chinese first."""
        return f"{self.text('zh')} | {self.text('en')}"
