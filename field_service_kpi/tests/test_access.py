from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import FieldServiceKpiCommon

REPORTS = (
    "field.service.ledger.report",
    "field.service.reconciliation",
    "field.service.integrity",
)


@tagged("post_install", "-at_install")
class TestAccess(FieldServiceKpiCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_entry([(cls.expense, 9.0, cls._share((cls.order, 50)))])
        cls.users = {
            name: new_test_user(
                cls.env,
                login=f"kpi_{name}",
                groups=groups,
                company_id=cls.company.id,
                company_ids=[cls.company.id],
            )
            for name, groups in {
                "technician": "field_service.group_technician",
                "dispatcher": "field_service.group_dispatcher",
                "manager": "field_service.group_manager",
                "billing": "account.group_account_invoice",
                "accountant": "account.group_account_readonly",
            }.items()
        }

    def _sees(self, user, model):
        return bool(self.env[model].with_user(self.users[user]).search_count([]))

    def test_without_costs(self):
        for user in ("technician", "dispatcher"):
            for model in REPORTS:
                with self.assertRaises(AccessError):
                    self._sees(user, model)
        order = self.order.with_user(self.users["dispatcher"])
        with self.assertRaises(AccessError):
            order.read(["posted_margin"])
        self.assertNotIn("posted_margin", order.fields_get())

    def test_manager_sees_profit_only(self):
        self.assertTrue(self._sees("manager", REPORTS[0]))
        for model in REPORTS[1:]:
            with self.assertRaises(AccessError):
                self._sees("manager", model)
        order = self.order.with_user(self.users["manager"])
        order.invalidate_recordset()
        self.assertEqual(order.read(["posted_margin"])[0]["posted_margin"], -4.5)
        rows = order.env[REPORTS[0]].search([])
        [row] = rows.web_read({"account_id": {"fields": {"display_name": {}}}})
        self.assertEqual(row["account_id"]["id"], self.expense.id)

    def test_accountants_see_everything(self):
        for user in ("billing", "accountant"):
            for model in REPORTS:
                self.assertTrue(self._sees(user, model), f"{user} {model}")
            order = self.order.with_user(self.users[user])
            self.assertEqual(order.read(["posted_margin"])[0]["posted_margin"], -4.5)

    def test_nobody_writes(self):
        row = self._rows().with_user(self.users["accountant"])
        with self.assertRaises(AccessError):
            row.unlink()

    def test_companies_are_apart(self):
        company = self.setup_other_company()["company"]
        user = self.users["accountant"]
        user.write({"company_ids": company.ids, "company_id": company.id})
        for model in REPORTS:
            self.assertFalse(self._sees("accountant", model), model)

    def test_from_item_to_order(self):
        item = self._rows().move_line_id.with_user(self.users["accountant"])
        self.assertEqual(item.service_order_ids, self.order)
        action = self.order.with_user(self.users["accountant"])
        self.assertEqual(item.search(action.action_open_posted_items()["domain"]), item)
