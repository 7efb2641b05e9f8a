"""Slow Boat Freight 慢船物流: a warehouse that will not pass SIT in time, a mini-program, and customs declarations."""

from collections.abc import Iterator

from sandbox.lantern_quay.items import ProjectWriter
from sandbox.lantern_quay.office import SHENZHEN, at, day
from sandbox.lantern_quay.tickets import Routine, TicketWriter
from sandbox.lantern_quay.writing import Chapter, Said, moved
from sandbox.plan import ClientPlan, CompanyPlan, ContactPlan, DealPlan, ProjectPlan

COMPANY = "slow_boat"

# One argument a line would bury the story.
# fmt: off


def chapter(numbers: Iterator[int]) -> Chapter:
    """Its people, three projects, fourteen pieces of feedback (four of them items) and two deals."""
    client = ClientPlan(
        "slow_boat",
        {"en": "Slow Boat Freight", "zh-Hant-HK": "慢船物流", "zh-Hans-CN": "慢船物流"},
        ("slowboat.example", "slowboat-sz.example"), "kevin", calendar="mainland", tier="gold",
    )
    company = CompanyPlan(COMPANY, "Slow Boat Freight 慢船物流", client.domains, client.id, "kevin", next(numbers))
    written = Chapter(client, [company], _contacts(numbers))
    written.projects = [_warehouse(numbers), _mini_program(numbers), _customs(numbers)]
    _tickets(TicketWriter(written, numbers, SHENZHEN))
    written.deals = [
        DealPlan(
            next(numbers), "仓储系统", COMPANY, "kevin", "closedwon", "1680000", "CNY", day("2025-12-15"), "sb_zhao",
            "SBW",
        ),
        DealPlan(
            next(numbers), "EDI 报关二期", COMPANY, "kevin", "decisionmakerboughtin", "560000", "CNY",
            day("2027-02-26"), "sb_liang", "EDI",
        ),
    ]
    return written


def _contacts(numbers: Iterator[int]) -> list[ContactPlan]:
    return [
        ContactPlan(
            "sb_zhao", "赵磊", "zhao.lei@slowboat-sz.example", COMPANY, "仓库经理", number=next(numbers)
        ),
        ContactPlan(
            "sb_liang", "梁晓峰", "liang.xiaofeng@slowboat-sz.example", COMPANY, "关务主管", number=next(numbers)
        ),
        ContactPlan(
            "sb_sun", "孙倩", "sun.qian@slowboat-sz.example", COMPANY, "IT 主管", frozenset({"jira"}), next(numbers)
        ),
        ContactPlan(
            "sb_helen", "Helen Tse 謝海倫", "helen.tse@slowboat.example", COMPANY, "Operations Director",
            number=next(numbers),
        ),
        ContactPlan(
            "sb_deng", "邓志强", "deng.zhiqiang@slowboat-sz.example", COMPANY, "运营", number=next(numbers)
        ),
    ]


def _warehouse(numbers: Iterator[int]) -> ProjectPlan:
    project = ProjectPlan(
        next(numbers), "jira", "SBW", "仓储系统", "slow_boat", "zhoumin", at("2025-12-16 10:00"),
        description="深圳仓的入库、库位、盘点与出库。",
    )
    pen = ProjectWriter(project, numbers, SHENZHEN, "zh-Hans-CN", ("liwenbo", "wangxue"))
    inbound = pen.version("1.0 入库", "2026-05-15", released="2026-05-15")
    stock = pen.version("1.1 库位与盘点", "2026-10-23", released="2026-10-23")
    live = pen.version("仓储系统上线", "2026-12-30")
    pen.finished(INBOUND, "2025-12-17", "2026-05-14", of=inbound, kind="story")
    pen.finished(STOCK, "2026-06-01", "2026-10-22", of=stock, kind="story")
    pen.averted(
        "九月盘点与试运行撞期", (3, 3), "avoid", "2026-07-27 10:30", "2026-08-21", "2026-08-20 16:10", of=stock
    )
    pen.averted(
        "货架标签供应商延期", (4, 3), "transfer", "2026-08-17 11:20", "2026-09-11", "2026-09-10 15:40", of=stock
    )
    sit = pen.item(
        "仓储 SIT", "doing", "2026-09-01 10:20", kind="milestone", milestone=True, assignee="zhoumin",
        due="2026-12-11", started="2026-10-26 10:10",
        said=(Said("2026-11-20 17:10", "zhoumin", "本周关闭两项，剩余 18 项，按此进度 12 月 11 日有风险。"),),
    )
    pen.finished(SIT_CLOSED, "2026-10-28", "2026-11-20", of=sit.number)
    pen.open(SIT_OPEN, "2026-10-26", "2026-11-19", of=sit.number)
    pen.open("上线切换方案", "2026-11-03", "2026-11-12", of=live)
    pen.item(
        "盘点差异表导出后列顺序不对", "done", "2026-09-15 10:25", kind="bug", by="sb_sun", feedback=True,
        assignee="wangxue", started="2026-09-16 11:10", done="2026-09-21 16:20", of=stock,
        said=(
            Said("2026-09-15 11:30", "zhoumin", "收到，按模板修正列顺序，下周一可验证。"),
            Said("2026-09-21 15:50", "sb_sun", "已验证，谢谢。"),
        ),
    )
    pen.item(
        "扫码枪连续扫描会漏单", "doing", "2026-11-16 10:35", kind="bug", by="sb_sun", feedback=True,
        assignee="liwenbo", started="2026-11-17 11:05",
        said=(
            Said("2026-11-16 14:20", "liwenbo", "已复现，间隔小于 0.2 秒会丢一次，正在改缓冲。"),
            Said("2026-11-19 10:40", "sb_sun", "新版什么时候可以试？"),
            Said("2026-11-19 15:25", "liwenbo", "25 日可在测试环境验证。"),
        ),
    )
    return project


def _mini_program(numbers: Iterator[int]) -> ProjectPlan:
    team = ("liwenbo", "wangxue", "chen_jiaxin")
    project = ProjectPlan(
        next(numbers), "asana", "FREIGHT", "货运小程序", "slow_boat", "zhoumin", at("2026-01-05 10:00"),
        description="货主下单、查件、对账的小程序。", members=("zhoumin", *team),
    )
    pen = ProjectWriter(project, numbers, SHENZHEN, "zh-Hans-CN", team)
    pen.delivery("2026-12-18")
    pen.item(
        "小程序原型确认", "done", "2026-01-06 10:20", milestone=True, assignee="zhoumin", due="2026-02-27",
        started="2026-01-14 11:10", done="2026-02-26 16:10", labels=("已验收",),
        # 20 February lies in the new year's holiday of the mainland: seen twenty working days before.
        moves=(moved("2026-01-22 10:40", "zhoumin", "2026-02-20", "2026-02-27"),),
    )
    pen.item(
        "小程序内测", "done", "2026-01-06 10:25", milestone=True, assignee="chen_jiaxin", due="2026-09-11",
        started="2026-08-10 11:20", done="2026-09-10 17:15", labels=("已验收",),
    )
    pen.item(
        "小程序提审", "doing", "2026-01-06 10:30", milestone=True, assignee="wangxue", due="2026-11-23",
        started="2026-11-16 11:35", overdue=True,
        said=(Said("2026-11-23 16:45", "wangxue", "隐私协议截图还差两张，明天补齐再提交。"),),
    )
    pen.finished(MINI_DONE, "2026-01-07", "2026-11-13")
    pen.open(MINI_OPEN, "2026-10-22", "2026-11-19", due="2026-11-30")
    pen.item(
        "货主反馈：查件页面加载超过十秒", "done", "2026-10-20 10:40", by="zhoumin", feedback=True, assignee="liwenbo",
        started="2026-10-21 11:15", done="2026-10-28 15:55",
        said=(Said("2026-10-20 14:35", "zhoumin", "已联系货主，先清缓存，接口本周优化。"),),
    )
    return project


def _customs(numbers: Iterator[int]) -> ProjectPlan:
    project = ProjectPlan(
        next(numbers), "jira", "EDI", "EDI 报关", "slow_boat", "zhoumin", at("2026-02-02 10:00"),
        description="与海关系统交换报关单。",
    )
    pen = ProjectWriter(project, numbers, SHENZHEN, "zh-Hans-CN", ("liwenbo", "wangxue", "arjun"))
    outward = pen.version("EDI 1.0 出口", "2026-06-26", released="2026-06-26")
    inward = pen.version("EDI 1.1 进口", "2026-09-18", released="2026-09-18")
    pen.finished(EXPORTS, "2026-02-03", "2026-06-25", of=outward, kind="story")
    pen.finished(IMPORTS, "2026-06-29", "2026-09-17", of=inward, kind="story")
    pen.averted(
        "国庆前后海关窗口缩短", (4, 3), "mitigate", "2026-08-31 10:15", "2026-09-25", "2026-09-24 16:30", of=inward
    )
    pen.averted(
        "商品编码表年中换版", (3, 4), "mitigate", "2026-07-06 10:50", "2026-08-28", "2026-08-26 14:20", of=inward
    )
    joint = pen.item(
        "海关联调", "todo", "2026-11-02 10:30", kind="milestone", milestone=True, assignee="zhoumin",
        due="2027-01-15",
        # A slip of the finger, mended the next day: no broken promise.
        moves=(moved("2026-11-03 09:50", "zhoumin", "2027-01-08", "2027-01-15"),),
    )
    pen.open(JOINT_OPEN, "2026-11-03", "2026-11-19", of=joint.number)
    pen.item(
        "海关规范可能在十二月更换", "todo", "2026-10-12 10:45", assignee="zhoumin",
        labels=("risk", "probability-4", "impact-5", "response-mitigate"), of=joint.number,
        description="海关已发征求意见稿。概率 4，影响 5。应对：预留两周，先做字段映射表。",
    )
    pen.item(
        "回执报文归档", "doing", "2026-10-13 10:20", assignee="arjun", started="2026-10-15 11:15",
        said=(Said("2026-11-02 15:30", "arjun", "Waiting for the archive's sign-in, nothing to do until then."),),
    )
    pen.item(
        "工时核对：已用 300，预算 280", "todo", "2026-11-17 14:30", assignee="zhoumin",
        description="超出预算 20 小时，须与商务确认。",
    )
    pen.item(
        "进口报关单商品编码缺少第十三位", "done", "2026-10-12 10:10", kind="bug", by="sb_sun", feedback=True,
        assignee="liwenbo", started="2026-10-12 14:10", done="2026-10-16 16:15",
        said=(Said("2026-10-12 11:20", "liwenbo", "编码表是旧版，今天更新。"),),
    )
    project.budget_hours = 280
    pen.spent(300)
    return project


def _tickets(pen: TicketWriter) -> None:
    pen.routine(TICKETS)
    pen.survey("NPS", "Half-yearly survey", "7", "2026-07-14 11:10", "sb_helen")
    pen.told(
        "十一月对账单格式调整",
        (
            Said("2026-11-17 10:05", "sb_deng", "对账单希望增加运单重量一列。", "email"),
            Said("2026-11-17 14:30", "kevin", "可以，月底前提供样表给您确认。", "email"),
        ),
        "waiting_on_us", owner="kevin", priority="LOW",
    )
    pen.told(
        "导入运单报错，仓库停了半天",
        (Said("2026-11-23 11:00", "sb_zhao", "导入运单报错，仓库停了半天", "email"),),
        "new", owner="zhoumin", priority="HIGH", unhandled=True,
    )


TICKETS = (
    Routine(
        "2026-01-20 10:15", "sb_helen", "kevin", "Who is our contact during the new year?",
        "Please name somebody we can reach from 16 to 23 February.",
        "周敏 until 14 February and from the 24th on; the Hong Kong office answers from the 20th.",
    ),
    Routine(
        "2026-03-11 14:20", "sb_zhao", "zhoumin", "手持终端无法连接", "三号库两台手持终端连不上。",
        "证书过期，已远程更新，请重启再试。",
    ),
    Routine(
        "2026-04-15 10:40", "sb_deng", "kevin", "小程序图标与名称", "请问提交审核用的名称是否已定？",
        "建议用“慢船货运”，等您确认。",
    ),
    Routine(
        "2026-06-10 15:05", "sb_liang", "zhoumin", "出口报关单退单", "今早两票被退，提示单位代码不符。",
        "单位代码表已更新，请重新提交。",
    ),
    Routine(
        "2026-08-26 16:10", "sb_zhao", "zhoumin", "盘点当天能否加派支持", "九月五日全仓盘点，需要现场支持。",
        "李文博当天九点到现场。",
    ),
    Routine(
        "2026-10-10 10:25", "sb_liang", "zhoumin", "调休日报关窗口", "今天海关照常，系统是否有人值守？",
        "有，今天按工作日值守到六点。",
    ),
    Routine(
        "2026-11-05 14:40", "sb_deng", "kevin", "司机端登录不了", "两位司机登录提示账号被停用。",
        "账号被误停，已恢复并检查其余账号。",
    ),
)

INBOUND = """
项目启动会
仓库现场调研
到货预约
收货登记
条码与标签打印
上架建议
质检抽样
入库单据与接口
"""

STOCK = """
库位编码规则
移库
循环盘点
差异审批
"""

SIT_CLOSED = """
到货预约至收货
收货数量不符
上架建议库位已满
质检不合格退货
移库途中断网
盘点差异审批
标签补打
权限：仓管与主管
单据作废
"""

SIT_OPEN = """
波次拣货
拣货缺货处理
复核打包
装车扫描
出库单回传
月台调度
温控区报警
批次与效期
先进先出校验
库存与财务对账
接口重发
并发收货 20 人
夜间结转
报表：库龄
报表：作业效率
手持终端离线
与货运小程序联动
灾备切换
"""

MINI_DONE = """
项目启动会
货主访谈
竞品走查
下单页面
地址簿
运费试算
在线支付
电子运单
查件与地图
消息订阅
异常件登记
对账单
发票申请
客服入口
司机端登录
司机端接单
签收拍照
后台运单管理
后台权限
埋点与统计
压力测试
安全扫描
内测名单与问卷
隐私协议
"""

MINI_OPEN = """
审核材料截图
用户服务协议更新
对账单增加重量列
查件分享到微信群
多地址批量下单
运费优惠券
司机轨迹补传
深色模式
客服快捷回复
上线公告
运营后台培训
旧版数据迁移
"""

EXPORTS = """
报文格式调研
出口报关单录入
单一窗口接口
签名与证书
回执解析
退单处理
舱单核对
商品编码表
随附单据上传
日志与留痕
出口试运行
"""

IMPORTS = """
进口报关单录入
税费计算
原产地证明
查验通知
放行回执
保证金台账
与仓储系统对接
进口试运行
"""

JOINT_OPEN = """
联调环境申请
字段映射表
测试用例清单
异常报文样本
"""
