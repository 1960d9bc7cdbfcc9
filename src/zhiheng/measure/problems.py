"""What can go wrong when numbers are made: one catalogue, each problem in both languages.

A problem says where it was met, which rule it breaks, what was found and what to do.
"""

from __future__ import annotations

CATALOGUE: dict[str, tuple[str, str]] = {
    # code: (中文, English); the named details are filled in
    "column_missing": (
        "数据中没有列“{column}”。现有的列：{columns}。请核对列名。",
        "The data have no column “{column}”. Columns present: {columns}. Check the name.",
    ),
    "text_in_number": (
        "列“{column}”应为数值，但第 {row} 行是“{found}”（类型 {type}）。请改正该值或将其编码为缺失。",
        "Column “{column}” must be numeric, but row {row} holds “{found}” (type {type}). "
        "Mend the value or code it as missing.",
    ),
    "number_as_text": (
        "列“{column}”应为数值，但整列存为文本（类型 {type}），第 {row} 行是“{found}”。请在数据中把整列转换为数值。",
        "Column “{column}” must be numeric, but all of it is stored as text (type {type}); row {row} holds “{found}”. "
        "Convert the column to numbers in the data.",
    ),
    "column_without_values": (
        "列“{column}”没有任何值（类型 {type}）。请核对列名，或在数据中补上这一列的值。",
        "Column “{column}” has no value at all (type {type}). Check the name, or supply its values in the data.",
    ),
    "not_a_number": (
        "列“{column}”含有 NaN 或无穷大。请改为空值（缺失）后再计算。",
        "Column “{column}” contains NaN or infinity. Store missing answers as null.",
    ),
    "column_without_levels": (
        "列“{column}”的类型是 {type}，其值不能作为分类或编码。请在数据中把它转换为文本或整数。",
        "Column “{column}” is of type {type}, whose values cannot be levels or codes. "
        "Convert it to text or whole numbers in the data.",
    ),
    "column_reserved": (
        "列名“{columns}”以 zhiheng_ 开头；这样的列名留给计算过程自用。请在数据中改名。",
        "Columns “{columns}” begin with zhiheng_, as those do that the engine makes itself. Rename them in the data.",
    ),
    "column_twice": (
        "列名“{columns}”出现了不止一次。请在数据中改名，使列名各不相同。",
        "Columns “{columns}” occur more than once. Rename them in the data, so that each name is there once.",
    ),
    "weight_missing": (
        "权数“{column}”有 {count} 行缺失。请补上权数，或用 where 排除前先处理这些行。",
        "Weight “{column}” is missing in {count} rows. Fill it, or take these rows out of the data.",
    ),
    "weight_not_positive": (
        "权数“{column}”含有 {found}；权数必须是大于 0 的有限数（从 1e-100 到 1e100）。请改正或将这些行移出数据。",
        "Weight “{column}” holds {found}; weights must be finite numbers above 0 (from 1e-100 to 1e100). "
        "Mend them or take the rows out.",
    ),
    "design_key_missing": (
        "设计列“{column}”有缺失值。分层与整群的编码必须完整。",
        "Design column “{column}” has missing values. Strata and cluster codes must be complete.",
    ),
    "lonely_unit": (
        "以下层（或上级单元）在第 {stage} 阶段只有一个样本单元：{strata}。"
        "请合并层，或选定规则 lonely=remove/adjust/average/certainty。",
        "These strata (or parent units) have a single sampled unit at stage {stage}: {strata}. "
        "Merge strata, or choose lonely=remove/adjust/average/certainty.",
    ),
    "strata_beyond_stages": (
        "strata 给出了 {count} 列（{found}），而抽样只有 {stages} 个阶段。分层逐阶段给出；若要交叉分层，请先把这些列合成一列。",
        "strata names {count} columns ({found}), but there are {stages} stages. Strata are told stage by stage; "
        "to cross columns, make one column of them.",
    ),
    "population_and_fraction": (
        "第 {stage} 阶段既有总体规模“{population}”又有抽样比“{fraction}”。请只保留一个。",
        "Stage {stage} has both a population “{population}” and a fraction “{fraction}”. Keep one of them.",
    ),
    "domain_lonely_refused": (
        "domain_lonely 不适用于以行为末级单元的设计和校准后的权数。请设 domain_lonely=False。",
        "domain_lonely cannot be used where the last unit is the row, nor with calibrated weights. "
        "Set domain_lonely=False.",
    ),
    "not_nested": (
        "整群“{column}”的编码在多个层中重复：{found}。若编码只在层内唯一，请设 nest=True。",
        "Codes of cluster “{column}” occur in more than one stratum: {found}. "
        "If codes are unique only within strata, set nest=True.",
    ),
    "population_missing": (
        "总体规模或抽样比列“{column}”在这些层（或上级单元）中缺失，或不是有限数：{found}。"
        "请补上；同一层（或上级单元）的每一行都应有同一个数。",
        "Population size or fraction “{column}” is missing, or no finite number, in these strata (or parent units): "
        "{found}. Fill it in; every row of a stratum (or parent unit) holds the same number.",
    ),
    "population_varies": (
        "总体规模列“{column}”在同一上级单元内取值不一：{found}。",
        "Population size “{column}” varies within one parent unit: {found}.",
    ),
    "population_too_small": (
        "总体规模列“{column}”小于样本单元数：{found}。",
        "Population size “{column}” is smaller than the number of sampled units: {found}.",
    ),
    "fraction_out_of_range": (
        "抽样比列“{column}”应在 0 与 1 之间：{found}。",
        "Sampling fraction “{column}” must lie in (0, 1]: {found}.",
    ),
    "target_unknown_cell": (
        "总体目标“{columns}”含有样本中没有的取值（无回答调整之后指有回答的行）：{found}。请合并或删除该取值。",
        "Targets for “{columns}” name values that no sampled row (after a nonresponse step: no respondent) has: {found}. "
        "Merge or drop them.",
    ),
    "target_missing_value": (
        "校准变量“{column}”有缺失值。要校准到它的总量，每一行都须有值。",
        "Calibration variable “{column}” has missing values. To calibrate to its total every row needs one.",
    ),
    "cell_without_respondents": (
        "无回答调整的单元“{columns}”中无人回答：{found}。请合并单元。",
        "Nonresponse cells of “{columns}” without a respondent: {found}. Merge cells.",
    ),
    "trim_outside": (
        "所有权数都在截断界限 {found} 之外，没有可以分担的行。请放宽界限。",
        "Every weight lies outside the bounds {found}, so that none can take what is cut off. Widen the bounds.",
    ),
    "target_missing_cell": (
        "样本中“{columns}”的取值没有总体目标：{found}。请补上目标。",
        "Sampled values of “{columns}” have no target: {found}. Add the targets.",
    ),
    "target_not_positive": (
        "“{columns}”的总体目标必须是大于 0 的有限数：{found}。样本中有这些取值的行；若总体中没有，请将这些行移出数据。",
        "Targets for “{columns}” must be finite numbers above 0: {found}. The sample has rows of these values; "
        "if the population has none, take the rows out of the data.",
    ),
    "target_not_finite": (
        "总体目标必须是有限数：{found}。请改正目标。",
        "Targets must be finite numbers: {found}. Mend the targets.",
    ),
    "targets_disagree": (
        "各边际目标的合计不一致：{found}。各边际必须加总到同一总体。",
        "The margins add up to different totals: {found}. All margins must sum to one population.",
    ),
    "not_converged": (
        "{method} 在 {iterations} 次迭代后仍未收敛，最大相对偏差 {found}。请检查目标：样本中没有的组合可能使各目标不能同时满足；"
        "若设了界限，请放宽。",
        "{method} did not converge in {iterations} iterations; largest relative gap {found}. "
        "Check the targets: they may exclude each other where the sample lacks a combination; if there are bounds, relax them.",
    ),
    "factor_not_positive": (
        "{method} 只有用 0 或负的权数因子（最小 {found}）才能满足目标。请设 bounds=(下限, 上限)，下限大于 0，"
        '或改用 method="raking"；若某目标为 0，请将相应的行移出数据。',
        "{method} meets the targets only with factors of 0 or less on the weights (lowest {found}). "
        'Set bounds=(low, high) with low above 0, or method="raking"; '
        "where a target is 0, take its rows out of the data.",
    ),
    "calibration_singular": (
        "校准变量线性相关，无法求解：{found}。请删去多余的变量。",
        "The calibration variables are collinear: {found}. Drop the redundant ones.",
    ),
    "empty_file": ("文件“{path}”没有任何数据行。", "File “{path}” has no data rows."),
    "file_missing": ("找不到文件“{path}”。", "File “{path}” does not exist."),
    "file_unreadable": (
        "无法读取文件“{path}”：文件已损坏，或内容与扩展名不符（{found}）。请核对文件。",
        "File “{path}” cannot be read: {found}. Check the file.",
    ),
    "file_kind_unknown": (
        "不认识的文件类型“{path}”。支持 parquet、csv、xlsx、sav、dta。",
        "Unknown kind of file “{path}”. Readable: parquet, csv, xlsx, sav, dta.",
    ),
    "file_encoding": (
        '文件“{path}”不是 UTF-8 编码（疑为 GBK）。请另存为 UTF-8，或在计划中写 encoding = "gb18030"。',
        'File “{path}” is not UTF-8 (probably GBK). Save it as UTF-8, or set encoding = "gb18030" in the plan.',
    ),
    "file_utf16": (
        "文件“{path}”是 UTF-16 编码。请另存为 UTF-8。",
        "File “{path}” is UTF-16. Save it as UTF-8.",
    ),
    "file_ragged": (
        "文件“{path}”第 {row} 行有 {found} 格，而表头有 {expected} 格。请改正；值中含有分隔符“{separator}”时须加引号。",
        "File “{path}” has {found} cells in line {row}, but {expected} in its header. Mend the line; "
        "a value that holds the separator “{separator}” is put in quotation marks.",
    ),
    "table_not_read": (
        "无法读取这张表（{found}）。请改正出错的列。",
        "The table cannot be read: {found}. Mend the column that is at fault.",
    ),
    "postgres_not_installed": (
        "读取 PostgreSQL 需要 psycopg。请安装：pip install 'zhiheng[postgres]'。",
        "Reading PostgreSQL needs psycopg. Install it: pip install 'zhiheng[postgres]'.",
    ),
    "postgres_address": (
        "数据库连接串无法识别。写法如 host=… dbname=… user=… 或 postgresql://用户@主机/库；口令中的 @ 和 / 须写作 %40 和 %2F。",
        "The connection string cannot be read. Write host=… dbname=… user=… or postgresql://user@host/database; "
        "in a password @ and / are written %40 and %2F.",
    ),
    "postgres_unreachable": (
        "无法连接数据库（{found}）。请核对地址、用户和口令，以及数据库是否在运行。",
        "The database cannot be reached ({found}). Check address, user and password, and that it runs.",
    ),
    "table_missing": (
        "数据库中没有表“{table}”。请核对表名和模式名（schema）。",
        "The database has no table “{table}”. Check its name and its schema.",
    ),
    "table_empty": (
        "表“{table}”没有任何数据行。请核对表名和读取权限。",
        "Table “{table}” has no rows. Check its name, and which rows you may read.",
    ),
    "table_unreadable": (
        "无法读取表“{table}”（{found}）。请核对读取权限和列中的值。",
        "Table “{table}” cannot be read: {found}. Check the right to read it and the values of its columns.",
    ),
    "data_kind_unknown": (
        "不能从 {found} 读取数据。请给出文件路径、Arrow、pandas 或 polars 表，或 Postgres 表。",
        "Cannot read data from {found}. Give a path, an Arrow, pandas or polars table, or a Postgres table.",
    ),
    "expression_refused": (
        "条件“{found}”不能执行：列名、引号、括号或函数名有误（{reason}）。请改正这一条件。",
        "The condition “{found}” cannot be used: {reason}. Correct it.",
    ),
    "option_unknown": (
        "{option}={found} 无效。可用：{legal}。",
        "{option}={found} is not known. Legal values: {legal}.",
    ),
    "nothing_given": (
        "{option} 是空的，至少应给出一个。请补上。",
        "{option} is empty; give one at least.",
    ),
    "pairs_wanted": (
        '比率应成对给出，即 (分子, 分母) 的列表，而不是 {found}。请写成 [("分子列", "分母列")]。',
        'Ratios are given as a list of pairs (numerator, denominator), not as {found}. Write [("numerator", "denominator")].',
    ),
    "no_rows": (
        "没有符合条件的行（{found}）。",
        "No rows are left to estimate from ({found}).",
    ),
    "not_joint": (
        "以行为末级单元的设计要跨变量组合估计值，须在估计时设 joint=True。",
        "Combining variables under a design whose last unit is the row needs joint=True in the estimate.",
    ),
    "column_taken": (
        "分组列 {column} 与结果表的列重名（{columns}）。请先在数据中给它另起名字。",
        "The domain column {column} is named like a column of the result ({columns}). Give it another name in the data.",
    ),
    "coefficient_not_finite": (
        "对比“{name}”的系数 {found} 不是有限数。请改正。",
        "The contrast “{name}” has the coefficient {found}; coefficients must be finite numbers. Mend it.",
    ),
    "estimate_not_found": (
        "对比中的 {found} 与 {fits} 个估计值相符，应恰为一个。",
        "The contrast names {found}, which fits {fits} of the estimates; it must fit one.",
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

    def text(self, language: str = "zh") -> str:
        """Give the message in ``"zh"`` or ``"en"``."""
        chinese, english = CATALOGUE[self.code]
        return (chinese if language == "zh" else english).format(**self.details)

    def __str__(self) -> str:
        """Give both languages, Chinese first."""
        return f"{self.text('zh')} | {self.text('en')}"
