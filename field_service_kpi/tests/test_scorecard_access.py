from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .scorecard_common import TODAY, ScorecardCommon

MONEY = ("money", "money_per_hour")


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestScorecardAccess(ScorecardCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls._create_user("tom", "field_service.group_technician")
        cls.tom.user_id = cls.colleague
        cls.leader = cls._create_user("leader", "field_service.group_dispatcher")
        cls.south.leader_id = cls.leader
        cls.boss = cls._create_user("boss", "field_service.group_technician")
        cls.ann.parent_id = cls._create_technician("Boss", user_id=cls.boss.id)
        cls.accountant = cls._create_user(
            "accountant", "field_service.group_cost,account.group_account_readonly"
        )

    def _get_names(self, user):
        return [row["name"] for row in self._list(user=user)["rows"]]

    def assertRefused(self, user, person):
        model = self.env["field.service.scorecard"].with_user(user)
        model = model.with_context(allowed_company_ids=user.company_ids.ids)
        kpi = self.kpi("t7")
        for method, arguments in (
            (model.get_scorecard, ("technician", person.id)),
            (model.open_cases, (kpi.id, "technician", person.id)),
            (model.open_index_cases, ("pace", person.id)),
        ):
            with self.assertRaisesRegex(AccessError, "Figures of a person"):
                method(*arguments)

    def test_a_person_sees_himself(self):
        card = self._card(user=self.user_technician)
        self.assertEqual(card["record_id"], self.technician.id)
        self.assertTrue(card["is_own"])
        self.assertAlmostEqual(self._parts(card)["pace"]["value"], 15 / 11)
        # No money; and whoever else is there has no name.
        self.assertNotIn("margin", self._parts(card))
        self.assertFalse([row for row in card["rows"] if row["unit"] in MONEY])
        families = {row["family"] for row in card["rows"]}
        self.assertFalse(families & {"1_profitability", "5_cash"})
        ranking = card["index"]["ranking"]
        self.assertEqual(
            [row["name"] for row in ranking], ["Tina", "Technician A", "Technician B"]
        )
        for row in ranking[1:]:
            self.assertFalse(row["id"])
            self.assertIsNone(row["cases"])
            self.assertEqual(row["parts"], [])
        self.assertRefused(self.user_technician, self.tom)
        self.assertRefused(self.user_technician, self.technician_b)
        for level, record in (("team", self.north), ("customer", self.partner)):
            with self.assertRaisesRegex(AccessError, "more than your own work"):
                self._card(level, record, user=self.user_technician)
            with self.assertRaises(AccessError):
                self._list(level, user=self.user_technician)

    def test_a_person_opens_his_lists_and_no_others(self):
        model = self.env["field.service.scorecard"].with_user(self.user_technician)
        action = model.open_index_cases("pace", False)
        report = self.env[action["res_model"]].with_user(self.user_technician)
        self.assertEqual(report.search(action["domain"]).order_id, self.orders["Tina"])
        for name in (
            "field.service.order.technician.report",
            "field.service.technician.report",
        ):
            rows = self.env[name].with_user(self.user_technician)
            self.assertEqual(rows.search([]).technician_id, self.technician)
            others = [("technician_id", "=", self.tom.id)]
            self.assertFalse(rows.search_count(others))
            self.assertFalse(rows._read_group(others, ["technician_id"], []))
            foreign = self.env[name].search(others, limit=1)
            with self.assertRaises(AccessError):
                foreign.with_user(self.user_technician).read(["work_hours"])
        with self.assertRaises(AccessError):
            self.env["field.service.order.money.report"].with_user(
                self.user_technician
            ).search([])
        with self.assertRaises(UserError):
            model.open_index_cases("margin", False)

    def test_who_leads_sees_his_people(self):
        """The leader of South is Tom's, the boss Ann's; others stay anonymous."""
        self.assertEqual(
            self._get_names(self.leader), ["Technician A", "Technician B", "Tom"]
        )
        self.assertEqual(
            self._get_names(self.boss), ["Technician A", "Ann", "Technician B"]
        )
        for user, person, other in (
            (self.leader, self.tom, self.ann),
            (self.boss, self.ann, self.tom),
        ):
            card = self._card(record=person, user=user)
            self.assertFalse(card["is_own"])
            self.assertFalse([row for row in card["rows"] if row["unit"] in MONEY])
            self.assertRefused(user, other)
            model = self.env["field.service.scorecard"].with_user(user)
            action = model.open_index_cases("pace", person.id)
            rows = self.env[action["res_model"]].with_user(user)
            self.assertEqual(len(rows.search(action["domain"])), 5)
            self.assertFalse(rows.search([("technician_id", "=", other.id)]))

    def test_dispatchers_and_accountants_see_no_names(self):
        for user in (self.dispatcher, self.accountant):
            self.assertEqual(
                self._get_names(user),
                ["Technician A", "Technician B", "Technician C"],
            )
            self.assertRefused(user, self.tom)
        # Of everything else they see what they may read.
        units = {
            row["unit"]
            for row in self._card("team", self.north, self.dispatcher)["rows"]
        }
        self.assertFalse(units & set(MONEY))
        self._list("job_type", user=self.accountant)

    def test_two_people_are_not_anonymous(self):
        self.orders["Ann"].job_type_id = False
        self.assertEqual(self._get_names(self.dispatcher), [])
        self.assertEqual(self._get_names(self.user_technician), ["Tina"])
        card = self._card(user=self.user_technician)
        row = next(row for row in card["rows"] if row["code"] == "T7")
        # Ann's hours still count among the KPIs, where she has five cases.
        self.assertEqual(row["peers"]["count"], 3)

    def test_managers_see_everybody(self):
        names = self._get_names(self.manager)
        self.assertEqual(names, ["Tina", "Ann", "Tom"])
        card = self._card(record=self.tom, user=self.manager)
        self.assertIn("P4", {row["code"] for row in card["rows"]})

    def test_other_companies(self):
        other = self._create_user("other", "field_service.group_manager")
        other.write(
            {
                "company_ids": [Command.set(self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        self.assertRefused(other, self.tom)
        self.assertRefused(self.manager, self.technician_b)
        card = self._card(record=self.technician_b, user=other)
        # One job is too few, and nobody of the other company is beside it.
        self.assertIsNone(card["index"]["value"])
        self.assertEqual([row["name"] for row in card["index"]["ranking"]], ["Boris"])
        self.assertEqual(card["currency_id"], self.company_b.currency_id.id)
        with self.assertRaises(AccessError):
            self._card("team", self.north, other)

    def test_strangers(self):
        stranger = self._create_user("stranger", "base.group_user")
        self._create_technician("Stranger", user_id=stranger.id)
        for ask in (self._card, self._list):
            with self.assertRaises(AccessError):
                ask("technician", user=stranger)
        nobody = self._create_user("nobody", "field_service.group_technician")
        self.assertTrue(self._card(user=nobody)["no_person"])
