"""What can go wrong with a membership."""

from __future__ import annotations

from typing import Final

from zhiheng.core.problems import Rule
from zhiheng.ui.words import Text

ALREADY_MEMBER: Final = Rule(
    "members.already",
    409,
    Text(
        "“{name}”自 {start} 起已是会员（{number}）。", "“{name}” has been a member since {start} ({number})."
    ),
    Text(
        "无需再次入会；如为变更级别，请使用“调整级别”。",
        " It need not join again; to change the tier, use “change tier”.",
    ),
)
DECIDED: Final = Rule(
    "members.decided",
    409,
    Text("该申请已于 {on} 决定。", "This application was decided on {on}."),
    Text("如需更改，请重新申请。", " Apply again to change it."),
)
KNOWN_COMPANY: Final = Rule(
    "members.known_company",
    409,
    Text(
        "该代码（无代码的，该名称）的单位已是会员，或已有申请在办。",
        "The company with this code (or without one, of this name) is a member, or has applied already.",
    ),
    Text(
        "请用联系人的账号登录，或与本会会员部门联系；如代码有误，请改正。",
        " Sign in with its contact's account or ask the membership office; if the code is wrong, mend it.",
    ),
)
NO_MEMBER: Final = Rule(
    "members.no_member",
    409,
    Text("“{name}”在 {on} 不是会员。", "“{name}” is no member on {on}."),
    Text("请核对日期，或先办理入会。", " Check the day, or let it join first."),
)
NOTHING_WANTED: Final = Rule(
    "members.nothing_wanted",
    422,
    Text("没有改动任何一项。", "Nothing was changed."),
    Text("请把需要更正的内容改成正确的，再提交。", " Change what is wrong to what is right, then send it."),
)
DEALT_WITH: Final = Rule(
    "members.dealt_with",
    409,
    Text("在线申请 {number} 已处理。", "The online application {number} has been dealt with."),
    Text("请刷新列表。", " Load the list again."),
)
UNREACHABLE: Final = Rule(
    "members.unreachable",
    422,
    Text(
        "“{person}”没有可用来登录的手机号或邮箱。",
        "“{person}” has no mobile number or e-mail address to come in with.",
    ),
    Text("请填写后再邀请。", " Give one, then invite."),
)
NUMBER_OF_ANOTHER: Final = Rule(
    "members.number_of_another",
    409,
    Text(
        "手机号 {mobile} 在另一个账号上，尚未验证是谁的。",
        "The mobile number {mobile} is on another account, and nobody has proved whose it is.",
    ),
    Text(
        "请对方登录并验证手机号后，用“指定联系人”填写该账号。",
        " Let them sign in and confirm the number, then use “name the contact” with that account.",
    ),
)
NOT_LEGAL_PERSON: Final = Rule(
    "members.not_legal_person",
    422,
    Text(
        "“{name}”是{kind}，不是独立法人，不能入会。",
        "“{name}” is a {kind}, not a legal person, and cannot join.",
    ),
    Text("请以其所属公司的名义申请。", " Apply in the name of its company."),
)
ENDED: Final = Rule(
    "members.ended",
    409,
    Text("会籍已于 {end} 终止。", "The membership ended on {end}."),
    Text("请核对日期。", " Check the date."),
)
APPLIED: Final = Rule(
    "members.applied",
    409,
    Text(
        "“{name}”的申请（{on} 受理）尚待决定。",
        "An application of “{name}” (received on {on}) waits for a decision.",
    ),
    Text("请先处理该申请。", " Decide that one first."),
)
CARD_MERGED: Final = Rule(
    "members.card_merged",
    409,
    Text(
        "“{name}”的卡片已并入“{into}”，两张卡片是同一单位。",
        "The card of “{name}” was merged into “{into}”: both are one company.",
    ),
    Text("请以“{into}”的卡片申请。", " Apply with the card of “{into}”."),
)
NOT_MET: Final = Rule(
    "members.not_met",
    409,
    Text("入会材料还缺：{what}。", "The application still lacks: {what}."),
    Text("请先核对材料清单。", " Check the list first."),
)
SAME_TIER: Final = Rule(
    "members.same_tier",
    409,
    Text("现在已是{tier}。", "The tier is {tier} already."),
    Text("请选择另一级别。", " Choose another tier."),
)
NOT_CONFIRMED: Final = Rule(
    "members.not_confirmed",
    422,
    Text(
        "{number} 欠费退会没有写明由哪次理事会确认。",
        "No council meeting is named that confirms the leaving of {number} in arrears.",
    ),
    Text("请选择作出决定的会议。", " Choose the meeting that decided it."),
)
SETTLED: Final = Rule(
    "members.settled",
    409,
    Text("该更正申请已处理。", "This correction has been settled."),
    Text("如需再改，请另行申请。", " Ask again to change more."),
)
NO_ACCOUNT: Final = Rule(
    "members.no_account",
    404,
    Text(
        "没有用户名或手机号为“{name}”的账号。",
        "There is no account with the user name or mobile number “{name}”.",
    ),
    Text("请核对，或先请对方注册。", " Check it, or ask them to sign up first."),
)
MEETING_KNOWN: Final = Rule(
    "members.meeting_known",
    409,
    Text("{on} 的“{name}”已登记。", "“{name}” of {on} has been noted already."),
    Text("请直接选用。", " Choose it."),
)
TERM_KNOWN: Final = Rule(
    "members.term_known",
    409,
    Text("第{number}届理事会已登记。", "Council {number} has been noted already."),
    Text("请核对届次。", " Check the number."),
)
BEYOND_TERM: Final = Rule(
    "members.beyond_term",
    422,
    Text("任职日期不在{term}（{start} 至 {end}）之内。", "The day is not within {term} ({start} to {end})."),
    Text("请核对日期或届次。", " Check the day or the term."),
)
SEAT_TAKEN: Final = Rule(
    "members.seat_taken",
    409,
    Text("{post}当时由{person}担任。", "{person} is {post} then."),
    Text("请先登记其离任。", " Note first that this person left the post."),
)
STANDARD_KNOWN: Final = Rule(
    "members.standard_known",
    409,
    Text("{year} 年起的会费标准已设定。", "The dues from {year} on are set already."),
    Text("新的标准请从以后的年度起执行。", " Let a new standard begin with a later year."),
)
STANDARD_LATE: Final = Rule(
    "members.standard_late",
    409,
    Text(
        "{year} 年的会费已按原标准开征，不能追溯更改。",
        "The dues of {year} have been raised under the standard before and do not change.",
    ),
    Text(
        "年中表决的标准从下一年起执行。", " What is voted in the middle of a year counts from the next one."
    ),
)
NO_STANDARD: Final = Rule(
    "members.no_standard",
    422,
    Text("没有适用于 {year} 年的会费标准。", "No dues are set for {year}."),
    Text("请先登记表决通过的会费标准。", " Note the standard that was voted first."),
)
RATE_MISSING: Final = Rule(
    "members.rate_missing",
    422,
    Text(
        "{year} 年起的标准没有写明{tier}的会费。",
        "The standard from {year} does not say what the tier {tier} owes.",
    ),
    Text("每个级别都要填写；不收费的填 0。", " Fill in every tier; 0 where nothing is owed."),
)
NEGATIVE: Final = Rule(
    "members.negative",
    422,
    Text("金额 {amount} 小于零。", "The amount {amount} is below zero."),
    Text("请填写零或正数。", " Give zero or more."),
)
NOT_POSITIVE: Final = Rule(
    "members.not_positive",
    422,
    Text("金额 {amount} 不大于零。", "The amount {amount} is not above zero."),
    Text(
        "请核对金额：可能没有可开具或可匹配的款项。",
        " Check it: there may be nothing left to match or to issue for.",
    ),
)
EXEMPT: Final = Rule(
    "members.exempt",
    409,
    Text("{number} 的 {year} 年会费已减免。", "The dues of {number} for {year} are exempt."),
    Text("如需收取，请先撤销减免。", " Take the exemption back to collect them."),
)
NOT_EXEMPT: Final = Rule(
    "members.not_exempt",
    409,
    Text("{number} 的 {year} 年会费没有减免。", "The dues of {number} for {year} are not exempt."),
    Text("无需撤销。", " There is nothing to take back."),
)
PAID_ALREADY: Final = Rule(
    "members.paid_already",
    409,
    Text(
        "{number} 的 {year} 年会费已有缴款。", "Something of the dues of {number} for {year} has been paid."
    ),
    Text("请先撤销匹配并登记退款。", " Undo the match first and note a refund."),
)
NO_COLUMNS: Final = Rule(
    "members.no_columns",
    422,
    Text("流水文件中找不到这些列：{what}。", "The statement lacks these columns: {what}."),
    Text(
        "请从网上银行导出带表头的明细（交易日期、对方户名、贷方金额、摘要、流水号）。",
        " Export it from the bank with its headings (date, payer, income, memo, reference).",
    ),
)
STATEMENT_FAULTS: Final = Rule(
    "members.statement_faults",
    422,
    Text(
        "流水文件有 {n} 处错误，没有导入；第 {line} 行：{said}",
        "The statement has {n} faults and was not taken in; line {line}: {said}",
    ),
    Text("请改正后重新导入。", " Mend them and take it in again."),
)
REFERENCE_TAKEN: Final = Rule(
    "members.reference_taken",
    409,
    Text(
        "第 {line} 行的流水号“{reference}”已导入过（{on}），但内容不同。",
        "The reference “{reference}” in line {line} was taken in before ({on}), with other contents.",
    ),
    Text(
        "请核对是否选错文件或流水号被改动。",
        " Check whether this is the right file, and the reference unchanged.",
    ),
)
ASIDE: Final = Rule(
    "members.aside",
    409,
    Text("该笔款项已标为非会费（{why}）。", "This payment is set aside as no dues ({why})."),
    Text("请先恢复待匹配。", " Put it back first."),
)
MATCHED: Final = Rule(
    "members.matched",
    409,
    Text(
        "该笔款项已匹配到 {number} 的 {year} 年会费。",
        "This payment is matched with the dues of {number} for {year}.",
    ),
    Text("如需更改，请先撤销该匹配。", " Undo that match to change it."),
)
TOO_MUCH_FOR_DUE: Final = Rule(
    "members.too_much_for_due",
    422,
    Text(
        "{number} 的 {year} 年会费只欠 {left} 元，不能匹配 {amount} 元。",
        "The dues of {number} for {year} lack only {left} yuan, not {amount}.",
    ),
    Text(
        "多余部分留在该笔款项上，可匹配其他年度或退款。",
        " What is over stays with the payment, for another year or a refund.",
    ),
)
TOO_MUCH_OF_PAYMENT: Final = Rule(
    "members.too_much_of_payment",
    422,
    Text("该笔款项只剩 {rest} 元。", "Only {rest} yuan are left of this payment."),
    Text("请减少金额。", " Give less."),
)
VOUCHERED: Final = Rule(
    "members.vouchered",
    409,
    Text(
        "{number} 的 {year} 年会费已据此开具{kind}。",
        "A voucher ({kind}) for the dues of {number} for {year} stands on this.",
    ),
    Text("请先作废该票据。", " Void it first."),
)
TOO_MUCH_TO_RECEIPT: Final = Rule(
    "members.too_much_to_receipt",
    422,
    Text("只有 {left} 元可以开具，不能开 {amount} 元。", "There are {left} yuan to issue for, not {amount}."),
    Text("票据金额以已缴未开的为限。", " A voucher is for what was paid and has none yet."),
)
INVOICE_NUMBER: Final = Rule(
    "members.invoice_number",
    422,
    Text(
        "发票号码“{number}”不是 8 位或 20 位数字。",
        "The invoice number “{number}” has neither 8 nor 20 digits.",
    ),
    Text("请按税务系统开出的发票填写。", " Copy it from the invoice of the tax system."),
)
VOIDED: Final = Rule(
    "members.voided",
    409,
    Text("{number} 已于 {on} 作废。", "{number} was voided on {on}."),
    Text("无需再次作废。", " There is nothing more to do."),
)
NOTHING_OWED: Final = Rule(
    "members.nothing_owed",
    409,
    Text("{number} 在 {on} 没有到期未缴的会费。", "{number} owes nothing that was due on {on}."),
    Text("请刷新欠费名单。", " Load the list again."),
)
NOT_ONE_CARD: Final = Rule(
    "members.not_one_card",
    422,
    Text(
        "名称、会员号或代码为“{name}”的单位有 {n} 家，应为一家。",
        "{n} organisations have the name, number or code “{name}”, not one.",
    ),
    Text(
        "请写全称，或改用会员号、统一社会信用代码。", " Write the full name, the member number or the code."
    ),
)
