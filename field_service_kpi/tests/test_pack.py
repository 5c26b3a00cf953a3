import hashlib
import io
import json

from openpyxl import load_workbook

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common_attribution import AttributionCommon


class PackCommon(AttributionCommon):
    """March 2024 with figures that are easy to add up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("ru_RU")
        cls.team = cls.env["field.service.team"].create({"name": "North"})
        cls.service = cls.env["field.service.job.type"].create({"name": "Service"})
        cls.order.write({"job_type_id": cls.job_type.id, "team_id": cls.team.id})
        cls.other_order.write({"job_type_id": cls.service.id})
        cls.other_order.partner_id = cls.partner_b
        cls.dispatcher = cls._user("dispatcher", "field_service.group_dispatcher")
        cls.technician = cls._user("technician", "field_service.group_technician")

    @classmethod
    def _book(cls, order, revenue, cost, day="2024-03-15", company=None, data=None):
        share = cls._share((order, 100))
        data = data or cls.company_data
        lines = [
            (data["default_account_revenue"], -revenue, share),
            (data["default_account_expense"], cost, share),
        ]
        return cls._create_entry([line for line in lines if line[1]], day, company)

    def _pack(self, user=None, freeze=True, **values):
        model = self.env["field.service.pack"].with_company(self.company)
        if user:
            model = model.with_user(user)
        pack = model.create(
            {"date_from": "2024-03-01", "date_to": "2024-03-31", **values}
        )
        if freeze:
            pack.action_freeze()
        return pack

    @staticmethod
    def _read_book(data):
        return load_workbook(io.BytesIO(data))

    @staticmethod
    def _text(pack, lang="en_US"):
        return pack._render("html", lang).decode()


@tagged("post_install", "-at_install")
class TestPack(PackCommon):
    def _march(self):
        self._book(self.order, 1000.0, 400.0)
        self._book(self.other_order, 200.0, 250.0)
        self._create_entry([(self.expense, 70.0, False)])
        self._book(self.order, 500.0, 100.0, "2024-02-10")

    # ---------------------------------------------------------------------- figures
    def test_figures_by_hand(self):
        """1 000 - 400 and 200 - 250 in March, 500 - 100 in February, 70 on none."""
        self._march()
        content = self._pack()._get_content()
        now = content["summary"]["current"]
        self.assertEqual(
            (now["revenue"], now["other"], now["margin"], now["orders"]),
            (1200.0, 650.0, 550.0, 2),
        )
        before = content["summary"]["previous"]
        self.assertEqual((before["revenue"], before["margin"]), (500.0, 400.0))
        self.assertEqual(content["summary"]["previous_from"], "2024-02-01")
        types = {row["name"]["en_US"]: row for row in content["job_types"]["rows"]}
        self.assertEqual(types["Repair"]["margin"], 600.0)
        self.assertEqual(types["Service"]["margin"], -50.0)
        self.assertEqual(
            [(row["name"], row["margin"]) for row in content["orders"]["best"]],
            [(self.order.name, 600.0)],
        )
        self.assertEqual(
            [(row["name"], row["margin"]) for row in content["orders"]["worst"]],
            [(self.other_order.name, -50.0)],
        )
        months = {row["month"]: row["margin"] for row in content["months"]}
        self.assertEqual(len(months), 12)
        self.assertEqual((months["2024-02-01"], months["2024-03-01"]), (400.0, 550.0))
        self.assertIsNone(months["2024-01-01"])
        [tie] = content["reconciliation"]
        # Income positive: 550 on orders, -70 on none.
        self.assertEqual(
            (tie["profit_and_loss"], tie["sum_of_margins"], tie["off_orders"]),
            (480.0, 550.0, -70.0),
        )
        self.assertEqual((tie["difference"], tie["rows_with_difference"]), (0.0, 0))
        self.assertEqual((tie["open_count"], tie["open_amount"]), (1, -70.0))
        rows = {row["code"]: row for row in content["kpis"]}
        self.assertEqual(rows["P1"]["value"], 550.0)
        self.assertEqual(rows["P1"]["previous"], 400.0)
        self.assertEqual((rows["P2"]["value"], rows["P2"]["cases"]), (0.458333, 2))
        self.assertTrue(rows["P2"]["too_small"])
        self.assertEqual(rows["P1"]["basis"], "accounting")

    def test_targets_and_status(self):
        self._march()
        kpi = self.env.ref("field_service_kpi.kpi_p1")
        kpi.min_sample = 1
        self.env["field.service.kpi.target"].create(
            {
                "kpi_id": kpi.id,
                "company_id": self.company.id,
                "date_from": "2024-01-01",
                "target": 600.0,
                "limit_value": 500.0,
            }
        )
        [row] = self._pack(kpi_ids=kpi.ids)._get_content()["kpis"]
        self.assertEqual((row["target"], row["limit"]), (600.0, 500.0))
        self.assertEqual(row["status"], "amber")

    def test_rest_of_a_long_table_adds_up(self):
        for number in range(17):
            job_type = self.env["field.service.job.type"].create(
                {"name": f"Type {number:02}"}
            )
            self._book(self._create_order(job_type_id=job_type.id), 100.0 + number, 0.0)
        data = self._pack()._get_content()["job_types"]
        self.assertEqual(len(data["rows"]), 15)
        self.assertEqual(
            data["others"], {"count": 2, "revenue": 201.0, "margin": 201.0, "orders": 2}
        )

    def test_an_empty_period_says_so(self):
        pack = self._pack()
        content = pack._get_content()
        self.assertIsNone(content["summary"]["current"])
        self.assertIsNone(
            next(row for row in content["kpis"] if row["code"] == "P2")["value"]
        )
        self.assertIn("Nothing was posted", self._text(pack))
        self.assertTrue(self._read_book(pack._render("xlsx", "en_US")).sheetnames)

    # --------------------------------------------------------------- group, currency
    def test_group_at_stated_rates(self):
        other = self.company_data_2["company"]
        other.currency_id = self.env.ref("base.EUR")
        own = self.company.currency_id
        self.env["res.currency.rate"].search([]).unlink()
        # One unit of the own currency is 0.5 EUR on the last day.
        self.env["res.currency.rate"].create(
            [
                {"name": day, "rate": rate, "company_id": self.company.id}
                | {"currency_id": other.currency_id.id}
                for day, rate in (("2024-03-01", 0.25), ("2024-03-31", 0.5))
            ]
        )
        order = self._create_order(company_id=other.id)
        self._book(self.order, 1000.0, 400.0)
        self._book(order, 300.0, 100.0, company=other, data=self.company_data_2)
        self.env.user.company_ids |= other
        model = self.env["field.service.pack"].with_context(
            allowed_company_ids=(self.company | other).ids
        )
        pack = model.create(
            {
                "date_from": "2024-03-01",
                "date_to": "2024-03-31",
                "company_id": self.company.id,
                "company_ids": [Command.link(other.id)],
            }
        )
        self.assertEqual(pack.currency_id, own)
        pack.action_freeze()
        content = pack._get_content()
        # 600 + 200 EUR / 0.5
        self.assertEqual(content["summary"]["current"]["margin"], 1000.0)
        rows = {row["code"]: row for row in content["kpis"]}
        self.assertEqual(rows["P1"]["value"], 1000.0)
        # (600 + 400) / (1000 + 600)
        self.assertEqual(rows["P2"]["value"], 0.625)
        self.assertEqual([one["rate"] for one in content["companies"]], [1.0, 2.0])
        self.assertEqual(
            [
                (one["currency"], one["sum_of_margins"])
                for one in content["reconciliation"]
            ],
            [(own.name, 600.0), ("EUR", 200.0)],
        )
        self.assertIn(f"1 EUR = 2.000000 {own.name}", self._text(pack))
        # Who may not read one of the companies does not read their sum.
        pack = pack.with_context(allowed_company_ids=self.company.ids)
        self.assertFalse(pack.with_user(self.service_manager).has_access("read"))
        self.assertFalse(
            pack.with_user(self.service_manager).search([("id", "=", pack.id)])
        )

    def test_only_own_companies(self):
        other = self.company_data_2["company"]
        with self.assertRaises(AccessError):
            self._pack(self.service_manager, company_ids=[Command.link(other.id)])
        with self.assertRaises(AccessError):
            self._pack(self.service_manager, company_id=other.id)
        foreign = self._user("foreign", "field_service.group_manager", other)
        pack = self._pack(self.service_manager).with_context(
            allowed_company_ids=other.ids
        )
        self.assertFalse(pack.with_user(foreign).has_access("read"))

    # ---------------------------------------------------------------- reproducibility
    def test_an_old_pack_stays_as_it_was(self):
        """Byte by byte, whatever is posted or renamed later; the next one says what."""
        self._march()
        pack = self._pack()
        before = {
            (name, lang): pack._render(name, lang)
            for name in ("html", "xlsx")
            for lang in ("en_US", "ru_RU")
        }
        kept = {name: pack._get_file(name, "ru_RU") for name in ("pdf", "xlsx")}
        content, digest = pack.content, pack.content_hash
        self.assertEqual(hashlib.sha256(content.encode()).hexdigest(), digest)
        # The ledger is restated, and everything is called otherwise.
        self._book(self.order, 0.0, 150.0, "2024-03-31")
        self.partner_a.name = "Another Name"
        self.company.name = "Renamed"
        self.job_type.name = "Renamed job"
        self.env.ref("field_service_kpi.kpi_p1").name = "Renamed KPI"
        self.order.team_id = False
        self.env.flush_all()
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        self.assertEqual((pack.content, pack.content_hash), (content, digest))
        for (name, lang), data in before.items():
            self.assertEqual(pack._render(name, lang), data, (name, lang))
        for name, file in kept.items():
            self.assertEqual(pack._get_file(name, "ru_RU"), file)
            self.assertTrue(file._is_intact())
        self.assertEqual(kept["pdf"]._get_bytes()[:5], b"%PDF-")
        self.assertEqual(pack.action_verify()["params"]["type"], "success")
        self.assertNotIn("Renamed", pack.name)

        again = self._pack()
        self.assertEqual(again.earlier_id, pack)
        changes = again._get_content()["changes"]
        self.assertEqual(changes["hash"], digest)
        found = {row["key"]: (row["before"], row["after"]) for row in changes["rows"]}
        self.assertEqual(found["summary.other"], (650.0, 800.0))
        self.assertEqual(found["summary.margin"], (550.0, 400.0))
        self.assertEqual(found["kpi.P1"], (550.0, 400.0))
        self.assertNotIn("summary.revenue", found)
        self.assertIn(digest, self._text(again))

    def test_restated_figures_of_the_period_before(self):
        self._march()
        march = self._pack()
        self._book(self.order, 0.0, 25.0, "2024-03-20")
        april = self._pack(date_from="2024-04-01", date_to="2024-04-30")
        self.assertEqual((april.previous_id, april.earlier_id.id), (march, False))
        restated = april._get_content()["restated"]
        found = {row["key"]: (row["before"], row["after"]) for row in restated["rows"]}
        self.assertEqual(found["summary.margin"], (550.0, 525.0))
        # Another reader's packs are no comparison.
        bank = self._pack(variant="bank", date_from="2024-04-01", date_to="2024-04-30")
        self.assertFalse(bank.previous_id)
        self.assertIsNone(bank._get_content()["restated"])

    def test_frozen_is_frozen(self):
        pack = self._pack()
        for values in (
            {"date_to": "2024-04-30"},
            {"content": "{}"},
            {"variant": "bank"},
        ):
            with self.assertRaisesRegex(UserError, "cannot be changed"):
                pack.write(values)
            with self.assertRaisesRegex(UserError, "cannot be changed"):
                pack.sudo().write(values)
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            pack.sudo().unlink()
        with self.assertRaisesRegex(UserError, "frozen already"):
            pack.action_freeze()
        file = pack._get_file("xlsx", "en_US")
        with self.assertRaisesRegex(UserError, "kept as it was"):
            file.write({"name": "x"})
        for values in ({"state": "frozen"}, {"content": "{}"}, {"schedule_id": 1}):
            with self.assertRaisesRegex(UserError, "by hand"):
                self._pack(self.service_manager, freeze=False, **values)
        draft = self._pack(self.service_manager, freeze=False)
        with self.assertRaisesRegex(UserError, "by hand"):
            draft.write({"content_hash": "0"})
        draft.unlink()
        # A message is no figure.
        pack.message_post(body="Read")

    def test_the_hash_sees_what_was_changed_in_the_database(self):
        self._march()
        pack = self._pack()
        file = pack._get_file("xlsx", "en_US")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE field_service_pack SET content = replace(content, '1200', '9200') "
            "WHERE id = %s",
            [pack.id],
        )
        self.env.invalidate_all()
        self.assertEqual(pack.action_verify()["params"]["type"], "danger")
        self.assertFalse(file._is_intact())

    def test_periods(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception) as error:
            self._pack(date_from="2024-04-01", date_to="2024-03-01")
        self.assertIn("date_order", str(error.exception))
        with self.assertRaisesRegex(UserError, "not over yet"):
            self._pack(date_from="2024-01-01", date_to="2999-12-31")
        get = self.env["field.service.pack"]._get_previous_period
        days = self.env["field.service.pack"]._fields["date_from"].to_date
        for period, before in (
            (("2024-03-01", "2024-03-31"), ("2024-02-01", "2024-02-29")),
            (("2024-01-01", "2024-12-31"), ("2023-01-01", "2023-12-31")),
            (("2024-07-01", "2024-09-30"), ("2024-04-01", "2024-06-30")),
            (("2024-03-04", "2024-03-10"), ("2024-02-26", "2024-03-03")),
        ):
            found = get(*(days(day) for day in period))
            self.assertEqual(tuple(map(str, found)), before)

    # ------------------------------------------------------------------ sign-off
    def test_signature_and_late_costs(self):
        self._march()
        signoff = (
            self.env["field.service.signoff"]
            .with_user(self.accountant)
            .create(
                {
                    "company_id": self.company.id,
                    "date_from": "2024-03-01",
                    "date_to": "2024-03-31",
                }
            )
        )
        signoff.action_sign()
        self._book(self.order, 0.0, 33.0, "2024-03-30")
        pack = self._pack(variant="auditor", date_from="2024-02-01")
        data = pack._get_content()["signoffs"]
        [row] = data["signed"]
        self.assertEqual(row["hash"], signoff.content_hash)
        self.assertEqual((row["late_cost"], row["late_count"]), (33.0, 1))
        self.assertTrue(row["intact"])
        self.assertEqual(row["signed_by"], self.accountant.name)
        self.assertEqual([one["month"] for one in data["unsigned"]], ["2024-02"])
        text = self._text(pack)
        self.assertIn(signoff.content_hash, text)
        self.assertIn("Not signed by an accountant", text)
        bank = self._pack(variant="bank")
        self.assertEqual(bank._get_content()["signoffs"]["signed"][0]["signed_by"], "")

    def test_auditor_sees_findings_and_log(self):
        item = self._post(100.0, self._share((self.order, 100)))
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM account_analytic_line WHERE move_line_id = %s", [item.id]
        )
        self.env.invalidate_all()
        loose = self._post(60.0)
        self._assign(loose, self.other_order)
        content = self._pack(variant="auditor")._get_content()
        self.assertEqual(
            [(row["kind"], row["count"]) for row in content["integrity"]],
            [("missing_share", 1)],
        )
        self.assertEqual(
            [(row["action"], row["count"]) for row in content["attribution"]],
            [("assign", 1)],
        )

    # ----------------------------------------------------------------------- files
    def test_workbook_has_numbers_in_the_readers_language(self):
        self._march()
        pack = self._pack()
        book = self._read_book(pack._render("xlsx", "en_US"))
        self.assertEqual(book.sheetnames[0], "Pack")
        sheet = book["Result of Work Orders"]
        rows = {row[0].value: row for row in sheet.iter_rows(min_row=2)}
        self.assertEqual(rows["Margin"][1].value, 550)
        self.assertEqual(rows["Margin"][1].number_format, "#,##0.00")
        self.assertEqual(rows["Margin %"][1].number_format, "0.0%")
        self.assertAlmostEqual(rows["Margin %"][1].value, 550 / 1200)
        self.assertEqual(sheet.freeze_panes, "B2")
        russian = self._read_book(pack._render("xlsx", "ru_RU"))
        self.assertEqual(len(russian.sheetnames), len(book.sheetnames))
        self.assertFalse(set(russian.sheetnames) & set(book.sheetnames))
        for name in russian.sheetnames:
            self.assertLessEqual(len(name), 31)

    def test_a_formula_in_a_name_stays_text(self):
        self.partner_a.name = "=HYPERLINK(1)"
        self._march()
        book = self._read_book(self._pack()._render("xlsx", "en_US"))
        cells = [cell for row in book["Profit by Customer"].iter_rows() for cell in row]
        [cell] = [one for one in cells if one.value == "=HYPERLINK(1)"]
        self.assertEqual(cell.data_type, "s")

    def test_html_is_escaped(self):
        self.partner_a.name = "<script>alert(1)</script>"
        self._march()
        text = self._text(self._pack())
        self.assertNotIn("<script>alert", text)
        self.assertIn("&lt;script&gt;", text)


@tagged("post_install", "-at_install")
class TestPackVariants(PackCommon):
    """What a variant shows, and to whom."""

    def _numbers(self, content):
        """All numbers of a snapshot."""
        if isinstance(content, dict):
            content = list(content.values())
        if isinstance(content, list):
            return [one for value in content for one in self._numbers(value)]
        return [content] if isinstance(content, float) else []

    def setUp(self):
        super().setUp()
        self.env.flush_all()
        # What happened is not the matter here: the order is done.
        self.env.cr.execute(
            "UPDATE field_service_order SET state = 'done', "
            "completed_on = '2024-03-16 09:00:00' WHERE id = %s",
            [self.order.id],
        )
        self.env.invalidate_all()
        self._book(self.order, 7771.0, 3332.0)
        self._book(self.other_order, 1113.0, 0.0)

    def test_customer_sees_his_orders_and_no_money(self):
        asset = self.env["field.service.asset"].create(
            {"name": "Boiler", "partner_id": self.partner_a.id}
        )
        self.order.asset_ids = asset
        pack = self._pack(
            self.dispatcher, variant="customer", partner_id=self.partner_a.id
        )
        content = pack._get_content()
        self.assertEqual(content["work"]["orders"], 1)
        self.assertEqual(
            [row["name"] for row in content["service"]["rows"]], [self.order.name]
        )
        self.assertEqual([row["name"] for row in content["equipment"]], ["Boiler"])
        self.assertNotIn(self.other_order.name, pack.content)
        for part in ("summary", "reconciliation", "orders", "months"):
            self.assertNotIn(part, content)
        for amount in (7771.0, 3332.0, 4439.0):
            self.assertNotIn(amount, self._numbers(content))
        money = self.env["field.service.kpi.dashboard"]._has_money
        codes = [row["code"] for row in content["kpis"]]
        kpis = self.env["field.service.kpi"].search([("code", "in", codes)])
        self.assertFalse(kpis.filtered(money))

    def test_no_kpi_of_money_for_a_customer(self):
        kpi = self.env.ref("field_service_kpi.kpi_p2")
        with self.assertRaisesRegex(ValidationError, "does not see money"):
            self._pack(
                variant="customer", partner_id=self.partner_a.id, kpi_ids=kpi.ids
            )
        # Not even when money is switched on for him.
        with self.assertRaisesRegex(ValidationError, "does not see money"):
            self._pack(
                variant="customer",
                partner_id=self.partner_a.id,
                with_money=True,
                kpi_ids=kpi.ids,
            )
        for variant in ("customer", "team"):
            with self.assertRaisesRegex(ValidationError, f"which {variant}"):
                self._pack(variant=variant)

    def test_bank_sees_no_names(self):
        pack = self._pack(self.accountant, variant="bank")
        content = pack._get_content()
        for name in (
            *(self.partner_a.name, self.partner_b.name, self.order.name),
            *(self.accountant.name, self.team.name),
        ):
            self.assertNotIn(json.dumps(name, ensure_ascii=False)[1:-1], pack.content)
        # 7 771 of 8 884
        self.assertEqual(content["concentration"]["largest"], 0.874719)
        self.assertEqual(content["concentration"]["customers"], 2)
        self.assertEqual(content["reconciliation"][0]["difference"], 0.0)

    def test_team_sees_money_only_when_it_may(self):
        pack = self._pack(self.dispatcher, variant="team", team_id=self.team.id)
        content = pack._get_content()
        self.assertNotIn("summary", content)
        self.assertNotIn(7771.0, self._numbers(content))
        with self.assertRaises(AccessError):
            self._pack(
                self.dispatcher, variant="team", team_id=self.team.id, with_money=True
            )
        rich = self._pack(
            self.service_manager, variant="team", team_id=self.team.id, with_money=True
        )
        self.assertEqual(rich._get_content()["summary"]["current"]["revenue"], 7771.0)
        self.assertFalse(rich.with_user(self.dispatcher).has_access("read"))
        self.assertFalse(rich.with_user(self.technician).has_access("read"))
        # A technician reads the packs of his team, as soon as they are frozen.
        self.assertFalse(pack.with_user(self.technician).has_access("read"))
        employees = self.env["hr.employee"].sudo()
        self.team.sudo().member_ids = employees.create(
            {"name": "T", "user_id": self.technician.id, "company_id": self.company.id}
        )
        self.assertTrue(pack.with_user(self.technician).has_access("read"))
        draft = self._pack(freeze=False, variant="team", team_id=self.team.id)
        self.assertFalse(draft.with_user(self.technician).has_access("read"))

    def test_who_may_make_and_read(self):
        packs = {
            "owner": self._pack(variant="owner"),
            "bank": self._pack(variant="bank"),
            "auditor": self._pack(variant="auditor"),
            "customer": self._pack(variant="customer", partner_id=self.partner_a.id),
            "team": self._pack(variant="team", team_id=self.team.id),
        }
        costs = self._user("costs", "field_service.group_cost")
        money = {"owner", "bank", "auditor"}
        for user, readable, makeable in (
            (self.service_manager, set(packs), set(packs)),
            (self.accountant, money, money),
            (self.reader, money, set()),
            (costs, money, set()),
            (self.dispatcher, {"customer", "team"}, {"customer", "team"}),
            (self.technician, set(), set()),
        ):
            for variant, pack in packs.items():
                self.assertEqual(
                    pack.with_user(user).has_access("read"),
                    variant in readable,
                    (user.login, variant),
                )
                values = {"partner_id": pack.partner_id.id, "team_id": pack.team_id.id}
                if variant in makeable:
                    made = self._pack(user, variant=variant, **values)
                    # The same figures, whoever makes them.
                    self.assertEqual(
                        made._get_content().get("summary"),
                        pack._get_content().get("summary"),
                    )
                else:
                    with self.assertRaises(AccessError):
                        self._pack(user, variant=variant, **values)

    def test_files_are_read_through_the_pack(self):
        pack = self._pack()
        pack._get_file("xlsx", "en_US")
        for user in (self.dispatcher, self.reader, self.service_manager):
            with self.assertRaises(AccessError):
                self.env["field.service.pack.file"].with_user(user).search([])
        with self.assertRaises(AccessError):
            pack.with_user(self.dispatcher).action_download_pdf()


@tagged("post_install", "-at_install")
class TestPackDownload(PackCommon, HttpCase):
    def test_download(self):
        self._book(self.order, 10.0, 0.0)
        pack = self._pack()
        draft = self._pack(freeze=False, variant="bank")
        with self.assertRaisesRegex(UserError, "Freeze the figures first"):
            draft.action_download_pdf()
        self.authenticate(self.service_manager.login, self.service_manager.login)
        url = pack.action_download_xlsx()["url"]
        answer = self.url_open(url)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.content, pack._get_file("xlsx", "en_US")._get_bytes())
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        pdf = self.url_open(pack.action_download_pdf()["url"])
        self.assertEqual(pdf.content[:5], b"%PDF-")
        # The same file the second time.
        self.assertEqual(
            self.url_open(pack.action_download_pdf()["url"]).content, pdf.content
        )
        base = f"/field_service_kpi/pack/{pack.id}"
        draft_url = f"/field_service_kpi/pack/{draft.id}/pdf"
        for bad in (f"{base}/html", draft_url, f"{base}9/pdf"):
            self.assertEqual(self.url_open(bad).status_code, 404)
        self.authenticate(self.dispatcher.login, self.dispatcher.login)
        self.assertEqual(self.url_open(url).status_code, 404)
