"""Every way a programme can be wrong, in one place: where, what was found, what was expected, how to mend it.

A message has three parts in each language: what is the matter, what was expected, how to mend it. ``{found}`` and
``{expected}`` are filled in. Checks collect `Finding` records; nothing stops at the first.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

Language = Literal["zh", "en"]
Severity = Literal["error", "warning"]

#: code -> (Chinese, English); each ends with how to mend it
CATALOGUE: dict[str, tuple[str, str]] = {
    # ── the plan ──
    "plan_missing": (
        "没有找到 {found}。应有 plan.toml。请检查路径，或用 zhiheng new 新建方案。",
        "There is no {found}. A programme folder holds plan.toml. Check the path, or start one with `zhiheng new`.",
    ),
    "plan_unreadable": (
        "这里不合 TOML 语法：{found}。请改正这一行，或紧挨着的上一行。",
        "This is not TOML: {found}. Correct this line, or the one just above.",
    ),
    "key_unknown": (
        "不认识“{found}”。{expected}。请改名或删去。",
        "{found} is not known here. {expected}. Rename or remove it.",
    ),
    "key_missing": ("缺少“{expected}”。请补上。", "{expected} is missing. Add it."),
    "key_kind": ("“{found}”的写法不对，应为：{expected}。请改正。", "{found} is not {expected}. Correct it."),
    "key_of_other_kind": ("“{found}”对 {expected} 不起作用。请删去，或改正 kind。", "{found} does nothing for a {expected}. Remove it, or correct `kind`."),
    "not_allowed": ("“{found}”不在允许的取值中，应为：{expected}。请改正。", "{found} is not allowed; it must be {expected}. Correct it."),
    "duplicate_name": ("“{found}”重复，应唯一。请改名。", "{found} is used twice; it must be unique. Rename one."),
    "reference_unknown": (
        "“{found}”没有定义，应为：{expected}。请改正名称，或补上定义。",
        "{found} is not defined; it must be one of {expected}. Correct the name or define it.",
    ),
    "one_of": ("应恰给出其中之一：{expected}，现有：{found}。请改正。", "Give exactly one of {expected}; there is {found}. Correct it."),
    # ── files ──
    "file_missing": ("没有找到文件 {found}。请检查路径，或用 --data 指出数据目录。", "There is no file {found}. Check the path, or name the data folder with --data."),
    "plan_file_missing": (
        "方案目录中没有文件 {found}。请把它放进方案目录，或改正路径（--data 只管 tables 的数据）。",
        "The programme folder holds no file {found}. Put it there, or correct the path (--data is for the data of tables only).",
    ),
    "path_outside": (
        "“{found}”在目录之外，应为目录之内的相对路径（不以 / 或盘符开头，没有 ..）。请把文件放进目录，或用 --data 指出数据目录。",
        "{found} leads out of the folder; a path is relative and stays inside (no leading / or drive, no ..). Put the file into "
        "the folder, or name the data folder with --data.",
    ),
    "file_kind": ("不能读 {found}，应为：{expected}。请另存为其中一种。", "{found} cannot be read; it must be {expected}. Save it as one of these."),
    "file_empty": ("文件是空的（{found}），应有表头和至少一行数据。请重新导出。", "The file is empty ({found}); it needs a header and at least one row. Export it again."),
    "file_damaged": ("读不出来：{found}。应为完好的 {expected}。请重新导出或重新复制。", "It cannot be read: {found}. A sound {expected} was expected. Export or copy it again."),
    "encoding_gb": (
        '第 {found} 字节起不是 UTF-8，像是 GBK。请在该表下写 encoding = "gb18030"，或另存为 UTF-8。',
        'Bytes from {found} on are not UTF-8; they look like GBK. Write encoding = "gb18030" for this table, or save it as UTF-8.',
    ),
    "encoding_unknown": (
        "第 {found} 字节起不是 {expected}，也不是 GBK。请另存为 UTF-8。",
        "Bytes from {found} on are neither {expected} nor GBK. Save the file as UTF-8.",
    ),
    "encoding_utf16": (
        "文件是 UTF-16（Excel 的“Unicode 文本”），应为 UTF-8。请另存为 UTF-8；在 Excel 中选“CSV UTF-8（逗号分隔）”。",
        "The file is UTF-16 (Excel's “Unicode text”); UTF-8 was expected. Save it as UTF-8; in Excel as “CSV UTF-8 (comma delimited)”.",
    ),
    "encoding_none": (
        "不是文本文件：既不是 UTF-8，也不是 GBK。请另存为 UTF-8 文本。",
        "This is no text: neither UTF-8 nor GBK. Save it as text in UTF-8.",
    ),
    "encoding_gb_plan": (
        "文件是 GBK，应为 UTF-8。请另存为 UTF-8（记事本“另存为”时可选编码）。",
        "The file is GBK; plan.toml must be UTF-8. Save it as UTF-8 (an editor asks when saving).",
    ),
    "csv_separator": (
        "各列之间是{found}，应为英文逗号。请用“CSV UTF-8（逗号分隔）”另存。",
        "Cells are parted by {found}; commas were expected. Save it again as “CSV UTF-8 (comma delimited)”.",
    ),
    "cells_beyond": (
        "这一行在表头之外还有内容：{found}，表头只有 {expected} 列。请补上表头、删去多余的内容，或给含逗号的文字加英文引号。",
        "The row goes on beyond the header: {found}; the header has {expected} columns. Add a header, remove what is too much, or "
        "put texts with commas in quotes.",
    ),
    "cells_without_value": (
        "公式没有结果：{found}，应为数值。请用 Excel 打开并保存一次，改正出错的公式，或粘贴为数值。",
        "Formulas have no result: {found}; values were expected. Open and save the file in Excel, mend formulas that fail, or "
        "paste values.",
    ),
    "encoding_utf8": (
        "声明为 gb18030，但内容是 {found}。请删去 encoding，或改为 utf-8。",
        "It is declared gb18030 but holds {found}. Remove `encoding` or set it to utf-8.",
    ),
    "sheet_missing": ("没有工作表“{found}”，现有：{expected}。请改正 sheet。", "There is no sheet {found}; there are {expected}. Correct `sheet`."),
    "xlsx_too_big": (
        "工作表太大：{found}，上限为 {expected}。请另存为 csv 或 parquet。",
        "The sheet is too big: {found}, and the limit is {expected}. Save it as csv or parquet.",
    ),
    "xlsx_slow": (
        "工作表很大：{found}，读一次约需 {expected}。请改用 csv 或 parquet，会快得多。",
        "The sheet is big: {found}; reading takes about {expected} each time. Save it as csv or parquet to be much faster.",
    ),
    "header_repeated": ("表头“{found}”重复，应唯一。请改名。", "The header {found} occurs twice; headers must be unique. Rename one."),
    # ── databases ──
    "connection_in_plan": (
        '这里不能写地址或连接串（可能含口令，所以不重复），应写 postgres.connection = "环境变量名"，postgres.table = "表名"，'
        "变量名用大写字母、数字和下划线。请把连接串放进环境变量。",
        "No address or connection string may stand here (it may hold a password, so it is not repeated); write "
        'postgres.connection = "NAME_OF_A_VARIABLE" and postgres.table = "…", the name in capitals, digits and underscores. '
        "Put the connection string into that environment variable.",
    ),
    "database_variable": (
        "环境变量 {found} 没有设置，应为数据库连接串。请先设置：export {found}='host=… dbname=… user=…'。",
        "The environment variable {found} is not set; it should hold how to connect. Set it first: "
        "export {found}='host=… dbname=… user=…'.",
    ),
    "database_address": (
        "环境变量 {found} 中的连接串无法识别，应为 host=… dbname=… user=… 或 postgresql://用户@主机/库；口令中的 @ 和 / 须写作 %40 和 %2F。请改正。",
        "The connection string in {found} cannot be read. Write host=… dbname=… user=… or postgresql://user@host/database; "
        "in a password @ and / are written %40 and %2F.",
    ),
    "database_unreachable": (
        "按环境变量 {expected} 连不上数据库（{found}）。请核对其中的地址、用户和口令，以及数据库是否在运行。",
        "The database that {expected} leads to cannot be reached: {found}. Check the address, user and password in it, and that the database runs.",
    ),
    "database_driver": (
        "读取 PostgreSQL 需要 {expected}。请安装：pip install '{expected}'。",
        "Reading PostgreSQL needs {expected}. Install it: pip install '{expected}'.",
    ),
    "table_missing": (
        "数据库中没有表“{found}”。请核对 table 和 schema。",
        "The database has no table {found}. Check `table` and `schema`.",
    ),
    "table_empty": (
        "表“{found}”没有任何数据行，应至少一行。请核对表名，以及该用户能读到哪些行。",
        "The table {found} has no row; one at least was expected. Check its name, and which rows this user may read.",
    ),
    "table_unreadable": (
        "表“{expected}”读不出来（{found}）。请核对读取权限和列中的值。",
        "The table {expected} cannot be read: {found}. Check the right to read it and the values in its columns.",
    ),
    # ── columns and values ──
    "column_missing": ("缺少列“{found}”。现有的列：{expected}。请在 columns 中写出它在数据里的名称，或补上该列。", "There is no column {found}; there are {expected}. Name it under `columns` as the data do, or add it."),
    "wave_unmapped": (
        "“{found}”没有说明 {expected} 这一期在哪一列。请补上该期的列名；若该期没有问，写 false。",
        "{found} does not say which column holds it in wave {expected}. Name the column, or write false when that wave did not ask.",
    ),
    "wave_unknown": ("期次 {found} 不在方案中，应为：{expected}。请补进 waves 或改正数据。", "The wave {found} is not in the plan; it has {expected}. Add it to waves or correct the data."),
    "wave_without_rows": (
        "此表没有这些期次的数据行：{found}。{expected}请补上数据行；一期一个文件的，请在 files 中补上该期的文件。",
        "The table has no row of wave {found}. {expected} Supply the rows, or name the file of that wave under `files`.",
    ),
    "wave_empty": (
        "所有表都没有这些期次的数据行：{found}。请补数据，或从 waves 中删去。",
        "No table has a row of wave {found}. Supply the data, or remove the wave from waves.",
    ),
    "file_of_waves": (
        "同一个文件用于几个期次：{found}（{expected}），各列也相同，这几期的数据就完全一样。请改正文件名；若几期在同一个文件中，请改用 path 和 wave。",
        "One file serves several waves with the same columns: {found} ({expected}), so their data are the same. Correct the name of a file, or "
        "use `path` and `wave` where a file holds several waves.",
    ),
    "not_a_number": ("应为数字，却有文字：{found}，期望：{expected}。请改正，或在 coding 的 missing 中列出。", "A number was expected, but there is text: {found}; expected {expected}. Correct it or list it under `missing` in coding."),
    "out_of_range": ("取值超出范围：{found}，应在 {expected} 之内。请改正，或在 coding 的 missing 中列出。", "A value is out of range: {found}; it must lie in {expected}. Correct it or list it under `missing` in coding."),
    "code_unknown": ("代码不认识：{found}，应为：{expected}。请改正，或在 coding 中补上。", "A code is unknown: {found}; it must be one of {expected}. Correct it or add it to the coding."),
    "date_impossible": ("日期不可能：{found}，应为：{expected}。请改正，或在 coding 的 missing 中列出。", "A date is impossible: {found}; expected {expected}. Correct it or list it under `missing` in coding."),
    "constant_used": ("该期没有这一列，按方案以 {found} 代替（{expected}）。若有真实数据请补上。", "This wave has no such column; the plan puts {found} in its place ({expected}). Supply the column if it exists."),
    "id_repeated": ("编号重复：{found}，应唯一：{expected}。请删去重复的行，或改正编号。", "The id occurs again: {found}; expected {expected}. Remove the repeated rows or correct the ids."),
    "folded_disagree": ("合并为一个单位的行互相矛盾：{found}，应一致：{expected}。已不采用，请改正。", "Rows folded into one unit disagree: {found}; expected {expected}. The value is not used; correct it."),
    "contradiction": ("自相矛盾：{found}，应为：{expected}。所列的值不采用，请核对原始记录。", "The row contradicts itself: {found}; expected {expected}. The named values are not used; check the record."),
    "keep_empty": ("期次 {expected} 没有一行符合 keep：{found}，应至少一行。请检查条件。", "In wave {expected} no row meets `keep`: {found}; one at least was expected. Check the condition."),
    "id_missing": ("没有编号的行：{found}，应有：{expected}。这些行是否重复无从检查，请补上编号。", "Rows without an id: {found}; expected {expected}. Whether they are repeated cannot be told; supply the ids."),
    "column_unused": ("方案中没有用到“{found}”，这里写的不起作用。{expected}。请改正名称，或删去。", "Nothing in the plan uses {found}, so what is said here does nothing. {expected}. Correct the name or remove it."),
    # ── design and weights ──
    "weight_missing": ("权重缺失：{found}，应为正数：{expected}。请补上权重，或用 keep 说明这些行不属于总体。", "A weight is missing: {found}; expected {expected}. Supply it, or exclude the rows with `keep`."),
    "weight_negative": ("权重为负：{found}，应为正数：{expected}。请改正。", "A weight is negative: {found}; expected {expected}. Correct it."),
    "weight_zero": ("权重为零：{found}，这些行对任何估计都不起作用，应为正数：{expected}。请改正，或用 keep 排除。", "A weight is zero: {found}, so these rows count in no estimate; expected {expected}. Correct it or exclude the rows with `keep`."),
    "response_unclear": ("不知道这些行是否有回答：{found}，应为：{expected}。请改正，或用 coding 把代码改写为 1 与 0。", "It is not known whether these rows responded: {found}; expected {expected}. Correct it, or recode to 1 and 0 under coding."),
    "nobody_responded": ("没有一行有回答：这一列全是 0。请核对 1（有回答）与 0（没有回答）是否写反，或数据是否齐全。", "Nobody responded: the column is 0 in every row. Check that 1 (responded) and 0 (did not) are not confused, and that the data are whole."),
    "everybody_responded": ("每一行都有回答，没有可调整的无回答：{found}。请在数据和 keep 中保留没有回答的行，或删去 [tables.weighting.nonresponse]。", "Everybody responded, so there is no nonresponse to adjust for: {found}. Keep the rows without response in the data and under `keep`, or remove [tables.weighting.nonresponse]."),
    "cell_unknown": ("无回答调整的单元列“{found}”只有有回答的行才有值，没有回答的行全是空的，无从按它调整。请改用抽样时对每一行都已知的列。", "The column {found} of the nonresponse cells is known for respondents only: it is blank wherever there was no response, so nothing can be adjusted by it. Use columns that are known of everybody drawn."),
    "cell_blank": ("无回答调整的单元列没有值，这些行自成一个单元。{found}请补上。", "Rows without a value in a column of the nonresponse cells: they make a cell of their own. {found} Supply it."),
    "cell_silent": ("无回答调整的单元中无人回答：{found}，应至少有一行“{expected}”为 1。请合并单元。", "Nobody responded in a nonresponse cell: {found}; at least one row with “{expected}” of 1 is needed. Merge cells."),
    "design_unit_missing": ("抽样单位或分层缺失：{found}，应有：{expected}。请补上。", "The stratum or sampling unit is missing: {found}; expected {expected}. Supply it."),
    "single_unit": ("这一层只有一个初级抽样单位：{found}，应至少两个：{expected}。请合并层，或设 lonely。", "A stratum has one first-stage unit only: {found}; expected {expected}. Merge strata or set `lonely`."),
    "unit_in_strata": ("抽样单位的代码出现在多层中：{found}，应各属一层：{expected}。请改正代码；若代码只在层内唯一，请写 nest = true。", "Codes of sampling units occur in several strata: {found}; each belongs to one of {expected}. Correct them, or write nest = true when codes count within their stratum."),
    "population_small": ("总体单位数小于样本单位数：{found}，应：{expected}。请改正总体数。", "The population is smaller than the sample: {found}; expected {expected}. Correct the population size."),
    "population_varies": ("同一上级的总体单位数不一致：{found}，应：{expected}。请改正。", "The population size is not the same within its parent: {found}; expected {expected}. Correct it."),
    "weighting_of_published": (
        "公布值（role = published）不加权，这里写的不起作用。请删去 [tables.weighting]，或改正 role。",
        "Published values (role = published) are not weighted, so this does nothing. Remove [tables.weighting], or correct `role`.",
    ),
    # ── targets ──
    "target_without_answers": ("目标中的水平没有任何答卷：{found}，应出现在数据中：{expected}。请合并水平，或改正编码。", "A level of the targets has no answer: {found}; the data have {expected}. Merge levels or correct the coding."),
    "answers_without_target": ("数据中的水平没有目标：{found}，目标文件有：{expected}。请补上目标，或合并水平。", "A level in the data has no target: {found}; the targets have {expected}. Add it or merge levels."),
    "margin_of_all_waves": (
        "有多个期次，而边际 {found} 不含期次（wave）：目标是各期合计的总数，各期自己的构成不受约束，增加一期会改变已有各期的权数。"
        "如目标是每一期的，请在 columns 和文件中加上 wave。",
        "There are several waves, and the margin {found} is without `wave`: its totals are of all waves together, a wave by itself need not meet "
        "them, and a wave that is added changes the weights of the others. Where they are of every wave, add `wave` to `columns` and the file.",
    ),
    "margin_column": (
        "文件有列“{found}”，而方案的 columns 没有写它，所以“{expected}”出现不止一次。请把它写进 columns，或在文件中把各行合计为一行。",
        "The file has a column {found} that `columns` does not name, so {expected} occurs more than once. Name it in `columns`, or sum these "
        "rows up into one.",
    ),
    "target_not_positive": ("目标不是正数：{found}，应：{expected}。请改正，或删去这一水平。", "A target is not positive: {found}; expected {expected}. Correct it or remove the level."),
    "totals_disagree": ("各组目标的总数不一致：{found}，应与第一组相同：{expected}。请改正。", "The totals of the margins disagree: {found}; expected {expected}. Correct one of them."),
    # ── indicators and index ──
    "indicator_without_data": ("指标没有任何数据：{found}，在期次 {expected} 应有答案。请检查变量名和编码；可缺的期次请设 optional = 1。", "The indicator has no data: {found}; answers were expected in wave {expected}. Check the variable and its coding; set optional = 1 if a wave may lack it."),
    "indicator_not_in_wave": ("指标在有的期次没有任何数据：{found}。{expected}请检查变量名和编码；可缺的期次请设 optional = 1。", "The indicator has no data in some waves: {found}. {expected} Check the variable and its coding; set optional = 1 if a wave may lack it."),
    "indicator_optional": ("可缺的指标（optional = 1）在有的期次没有任何数据：{found}。{expected}如应有数据，请检查变量名和编码。", "An optional indicator has no data in some waves: {found}. {expected} Check the variable and its coding if it should have."),
    "indicator_tree": ("{found}", "{found}"),
    "weights_sum": (
        "{found}，应为 1 或 100，相差不超过 {expected}。请改正下级的权重；全部留空即为等权；若只是四舍五入所致，可调大 [index] 的 balance。",
        "{found}; they should sum to 1 or 100, or miss it by no more than {expected}. Correct the weights of the children, or leave all of "
        "them blank for equal weights; if they are only rounded, raise `balance` under [index].",
    ),
    "code_as_number": ("代码“{found}”不是数字，却要求均值或总量：{expected}。请改用 statistic = proportion，或把代码写成数字。", "The code {found} is no number, but a mean or total is asked for: {expected}. Use statistic = proportion, or numbers as codes."),
    "beyond_scale": (
        "取值在指标的量表之外：{found}。{expected}请改正数据或指标的 low、high；不算回答的代码请列入 coding 的 missing；确有这样的值，可设 cap = 1 或 normalise = goalposts。",
        "Values beyond the scale of the indicator: {found}. {expected} Correct them, or low and high of the indicator; list codes that are no "
        "answers under `missing` in coding; where such values are right, set cap = 1 or normalise = goalposts.",
    ),
    "category_unknown": ("类别“{found}”在数据中没有出现，数据中有：{expected}。请改正 category。", "The category {found} does not occur; the data have {expected}. Correct `category`."),
    "value_repeated": ("一个单位在一期中有多个值：{found}，应只有一个：{expected}。请删去重复的行。", "A unit has several values in one wave: {found}; expected {expected}. Remove the repeated rows."),
    # ── areas ──
    "areas_disagree": ("两张表的单位不一致：{found}，另一张表有：{expected}。请改正代码，或补上缺少的单位。", "Two tables disagree on the units: {found}; the other has {expected}. Correct the codes or add the missing units."),
    "area_unlabelled": ("单位不在名单中：{found}，名单文件有：{expected}。请补进名单，或改正代码。", "A unit is not in the list: {found}; the list has {expected}. Add it or correct the code."),
    "unit_unanswered": ("单位没有某些指标的答案：{found}。{expected}请补数据，或核对编码。", "Units without answers to some indicators: {found}. {expected} Supply the data or check the coding."),
    "unit_without_rows": ("单位在此表中没有数据行，因而缺少指标：{found}。{expected}请补数据，或核对单位代码。", "Units without any row in this table, and so without indicators: {found}. {expected} Supply the data or check the codes of the units."),
    "rule_unanswered": ("单位没有加扣分规则所看的数：{found}。{expected}请补数据，或核对编码。", "Units without what a civic rule looks at: {found}. {expected} Supply the data or check the coding."),
    "rule_without_rows": ('单位在加扣分规则所看的表中没有数据行：{found}。{expected}请补数据，或核对单位代码；如没有行就是没有可计的，请在该规则写 absent = "zero"。', 'Units without any row in the table that a civic rule looks at: {found}. {expected} Supply the data or check the codes of the units; where no row means that there was nothing to count, write absent = "zero" for the rule.'),
    "rule_not_in_wave": ("加扣分规则所看的数在有的期次一个也没有：{found}。{expected}请补数据，或检查变量名和编码。", "What a civic rule looks at is lacking in some waves altogether: {found}. {expected} Supply the data or check the variable and its coding."),
    "rule_without_data": ("加扣分规则“{found}”所看的数一个也没有：{expected}。请检查变量名和编码，或删去规则。", "What the civic rule {found} looks at has no data at all: {expected}. Check the variable and its coding, or remove the rule."),
    "unit_absent": ("单位在有的期次没有任何指标的数据：{found}。{expected}请补数据，或核对单位代码。", "Units without data for any indicator in some waves: {found}. {expected} Supply the data or check the codes of the units."),
    "whole_lacks": ("公布值没有总体的数，总体缺少这些指标：{found}。{expected}如不要总体的指数，请在 [index] 写 whole = false。", "Published values have no figure for the whole, which lacks the indicators {found}. {expected} Write whole = false under [index] if it should have no index."),
    "published_without_units": (
        "表中没有任何层级的单位列，公布值 {found} 不知是哪个单位的。各层级的列：{expected}。请补上该列，或在 columns 中写出它在数据里的名称。",
        "The table has the units of no level, so nobody knows whose the published values of {found} are. Levels and their columns: {expected}. "
        "Add such a column, or name it under `columns` as the data do.",
    ),
    "area_missing": ("没有单位代码的行：{found}，应有：{expected}。这些行不进入该层级，请补上。", "Rows without a unit: {found}; expected {expected}. They are left out at this level; supply the code."),
    "level_lacks": ("这一层级没有指标 {found} 的数据，指数由其余指标按权重计算。表中应有列：{expected}。请补上该列，或在该层级写 index = false。", "The table has no units of this level, so its index is made without the indicators {found}. Add the column {expected}, or write index = false for the level."),
    # ── words ──
    "words_lacking": ("报告中只能按原样写出：{found}，应有中英文名称：{expected}。请在 plan.toml 的 [names] 中补上，或放进问卷。", "The report can only show {found} as they stand; words were expected: {expected}. Add them under [names] in plan.toml, or to the questionnaire."),
    # ── measuring ──
    "not_written": ("结果没有写全：{found}", "The results are not written whole: {found}"),
    "run_missing": (
        "“{found}”中没有测评结果，应有 zhiheng measure 写出的 run.json 和 results.parquet。请先测评，或改正路径。",
        "{found} holds no finished run; run.json and results.parquet as `zhiheng measure` writes them were expected. Measure first, or "
        "correct the path.",
    ),
    "run_damaged": (
        "测评记录不完整：{found} 缺失、为空或写法不对。请重新测评。",
        "The record of the run is not whole: {found} lacking, empty or of another form. Measure again.",
    ),
    "not_measured": ("引擎拒绝：{found}", "The engine refused: {found}"),
    "questionnaire": ("问卷有误：{found}，应为：{expected}。请改正后重存。", "The questionnaire is wrong: {found}; expected {expected}. Correct it and save again."),
}  # fmt: skip

#: message of the TOML parser, a pattern -> (Chinese, English), filled with what the parser names
SYNTAX: tuple[tuple[str, tuple[str, str]], ...] = (
    (r"Invalid statement", ("这里不能是一行的开头，应为：名称 = 值，或 [表名]", "no line starts like this; write name = value or [table]")),
    (r"Expected newline or end of document after a statement", ("值的后面还有别的内容，应换行；文字应整个加英文引号", "something follows the value: start a new line there, or put the whole text in quotes")),
    (r"Expected '=' after a key in a key/value pair", ("名称后面缺等号，应为：名称 = 值；含空格或汉字的名称应加英文引号", "there is no = after the name; write name = value, and a name with blanks in quotes")),
    (r"Invalid initial character for a key part", ("这里应为名称（字母、数字、_ 或 -；其他写法应加英文引号）", "a name is expected here: letters, digits, _ or -; anything else in quotes")),
    (r"Invalid value", ("等号后面不是值，应为：数字、true、false、日期、[ ] 列表、{ } 表，或加英文引号的文字", "there is no value here: a number, true, false, a date, a [ ] list, a { } table, or a text in quotes")),
    (r"Unterminated string|Illegal character '\\n'|Expected \"'\"", ("文字缺少结束的引号，应在同一行内用英文引号结束", "the text has no closing quote; close it on its line")),
    (r"Illegal character (?P<what>.+)", ("文字里有不可见的字符 {what}，应删去", "there is an invisible character, {what}, in the text; remove it")),
    (r"Found invalid character (?P<what>.+)", ("有不可见的字符 {what}，应删去", "there is an invisible character, {what}; remove it")),
    (r"Unescaped '\\' in a string", ("文字里有反斜杠 \\，应写成 \\\\，或改用单引号", "there is a backslash \\ in the text; write \\\\, or use single quotes")),
    (r"Invalid hex value|Escaped character is not a Unicode scalar value", ("\\u 后面不是字符的编码，应为四位十六进制数", "after \\u there is no code of a character; four hexadecimal digits are expected")),
    (r"Unclosed array", ("列表没有结束，两项之间应有逗号，末尾应有 ]", "the list does not end: commas between its items, and ] at the end")),
    (r"Unclosed inline table", ("{ } 没有结束，两项之间应有逗号，末尾应有 }", "the { } does not end: commas between its items, and } at the end")),
    (r"Expected '\]\]' at the end of an array declaration", ("缺少 ]]，应为：[[表名]]", "]] is missing; write [[table]]")),
    (r"Expected '\]' at the end of a table declaration", ("缺少 ]，应为：[表名]", "] is missing; write [table]")),
    (r"Expected ['\"]?(?P<what>.+?)['\"]?", ("这里应为 {what}", "{what} is expected here")),
    (r"Duplicate inline table key (?P<what>.+)", ("名称 {what} 在 { } 里写了两次，应只写一次", "the name {what} stands twice in the { }; write it once")),
    (r"Cannot overwrite a value", ("这个名称前面已经写过，同一段里应只写一次", "this name was given a value before; write it once in its part")),
    (r"Cannot declare (?P<what>.+) twice|Cannot redefine namespace (?P<that>.+)", ("表 {what} 前面已经写过，应只写一次；要写几个，用 [[ ]]", "the table {what} was written before; write it once, or [[ ]] for several")),
    (r"Cannot mutate immutable namespace (?P<what>.+)", ("{what} 前面已用 { } 或 [ ] 写完，不能再添，应合在一处写", "{what} was written whole in { } or [ ] before; write it all in one place")),
    (r"Invalid date or datetime", ("这不是日期，应为：2018-12-31", "this is no date; write 2018-12-31")),
)  # fmt: skip


#: their `found` is what stands in the first of the rows
EXAMPLES = frozenset({"contradiction", "folded_disagree", "id_repeated", "value_repeated"})


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes
    ----------
    code
        Key of `CATALOGUE`.
    file
        File it stands in, as the plan names it.
    row
        Row in that file (the header is row 1; for plan.toml the line); none when it concerns the whole file.
    column
        Column of the file, or the key of plan.toml.
    found, expected
        As told to a person; either one text for both languages or (Chinese, English).
    severity
        ``error``: nothing is measured. ``warning``: measured, and printed in the report.
    rows
        How many rows are concerned.
    values
        The values found, each with its number of rows; `found` is then made from them, the most frequent first.
    """

    code: str
    file: str = ""
    row: int | None = None
    column: str = ""
    found: str | tuple[str, str] = ""
    expected: str | tuple[str, str] = ""
    severity: Severity = "error"
    rows: int | None = None
    values: tuple[tuple[str, int], ...] = ()

    def message(self, language: Language = "en") -> str:
        """Say where, what is the matter and how to mend it."""
        side = 0 if language == "zh" else 1
        found, expected = (t if isinstance(t, str) else t[side] for t in (self.found, self.expected))
        if self.values:
            often = sorted(self.values, key=lambda one: (-one[1], one[0]))
            found = listed((f"“{value}” × {n:,}" for value, n in often), 5)
        elif self.code in EXAMPLES and (self.rows or 0) > 1:
            found = ("例如 ", "such as ")[side] + found
        text = CATALOGUE[self.code][side].replace("{found}", found).replace("{expected}", expected)
        if language == "zh":
            place = [self.file, "" if self.row is None else f"第 {self.row} 行", self.column]
            count = f"（共 {self.rows:,} 行）" if self.rows is not None and self.rows > 1 else ""
            return "，".join(p for p in place if p) + ("：" if any(place) else "") + text + count
        place = [self.file, "" if self.row is None else f"row {self.row}", self.column]
        count = f" ({self.rows:,} rows)" if self.rows is not None and self.rows > 1 else ""
        return ", ".join(p for p in place if p) + (": " if any(place) else "") + text + count

    def as_dict(self) -> dict[str, object]:
        """Give a record for JSON, with both languages."""
        return {
            "code": self.code,
            "severity": self.severity,
            "file": self.file,
            "row": self.row,
            "column": self.column,
            "rows": self.rows,
            "message_zh": self.message("zh"),
            "message_en": self.message("en"),
        }


class Problem(Exception):  # noqa: N818  "Problem" is the house's word for every catalogue of errors
    """A programme that cannot be measured; carries all findings."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(f.message("en") for f in self.findings if f.severity == "error"))

    def message(self, language: Language = "en") -> str:
        """All errors, one a line."""
        return "\n".join(f.message(language) for f in self.findings if f.severity == "error")


@dataclass
class Findings:
    """What was found so far."""

    records: list[Finding] = field(default_factory=list)

    def add(
        self,
        code: str,
        file: str = "",
        row: int | None = None,
        column: str = "",
        found: object = "",
        expected: object = "",
        *,
        severity: Severity = "error",
        rows: int | None = None,
        values: Mapping[str, int] | None = None,
    ) -> None:
        """Note one."""
        told = (_told(found), _told(expected))
        counted = tuple((values or {}).items())
        self.records.append(
            Finding(code, file, row, column, *told, severity=severity, rows=rows, values=counted)
        )

    @property
    def failed(self) -> bool:
        """Whether there is an error among them."""
        return any(f.severity == "error" for f in self.records)

    def sorted(self) -> tuple[Finding, ...]:
        """Give errors first, then by file and row; the same thing met in several waves of a file is told once."""
        merged: dict[tuple[object, ...], Finding] = {}
        for f in dict.fromkeys(self.records):
            key: tuple[object, ...] = (f.code, f.file, f.column, f.severity, f.expected)
            if f.rows is None or key not in merged:
                merged[(*key, f) if f.rows is None else key] = f
            else:
                merged[key] = _together(merged[key], f)
        return tuple(
            sorted(
                merged.values(), key=lambda f: (f.severity != "error", f.file, f.row or 0, f.column, f.code)
            )
        )


def _together(one: Finding, other: Finding) -> Finding:
    """Count two findings of one kind as one: the first row leads, values and rows are counted together."""
    first, second = sorted((one, other), key=lambda f: f.row or 0)
    values = Counter(dict(first.values)) + Counter(dict(second.values))
    return replace(first, rows=(first.rows or 0) + (second.rows or 0), values=tuple(values.items()))


def _told(value: object) -> str | tuple[str, str]:
    if isinstance(value, tuple) and len(value) == 2 and all(isinstance(v, str) for v in value):
        return (str(value[0]), str(value[1]))
    return str(value)


def listed(values: Iterable[object], most: int = 12) -> str:
    """Give values as a short list for a message."""
    texts = [str(v) for v in values]
    return ", ".join(texts[:most]) + (f", … ({len(texts)})" if len(texts) > most else "")


def nearest(name: str, legal: Iterable[str]) -> tuple[str, str]:
    """Tell the nearest legal name, or all of them when none is near."""
    options = list(legal)
    close = difflib.get_close_matches(name, options, n=1, cutoff=0.6)
    if close:
        return f"是否应为“{close[0]}”", f"Did you mean {close[0]}?".rstrip("?")
    return f"可用：{listed(options, 40)}", f"The legal names are {listed(options, 40)}"
