from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tests.common import freeze_time

from .test_pack import PackCommon

NAMES = (
    "kpi_field_service_orders",
    "kpi_field_service_margin",
    "kpi_field_service_revenue",
)


@tagged("post_install", "-at_install")
@freeze_time("2024-03-20 08:00:00")
class TestDigest(PackCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id.tz = "UTC"
        cls.digest = (
            cls.env["digest.digest"]
            .sudo()
            .create(
                {
                    "name": "Service",
                    "company_id": cls.company.id,
                    "user_ids": cls.service_manager.ids,
                    "kpi_mail_message_total": False,
                    "kpi_res_users_connected": False,
                    **dict.fromkeys(NAMES, True),
                }
            )
        )

    def _kpis(self, user, digest=None, company=None):
        found = (digest or self.digest)._compute_kpis(company or self.company, user)
        return {
            kpi["kpi_name"]: [kpi[f"kpi_col{number}"] for number in (1, 2, 3)]
            for kpi in found
            if kpi["kpi_name"] in NAMES
        }

    def test_figures_of_whole_days(self):
        """Yesterday is the 19th; today's entries are not over yet."""
        self._book(self.order, 100.0, 40.0, "2024-03-19")
        self._book(self.order, 200.0, 50.0, "2024-03-13")
        self._book(self.order, 400.0, 100.0, "2024-03-12")
        self._book(self.order, 999.0, 0.0, "2024-03-20")
        kpis = self._kpis(self.service_manager)
        values = [column["value"] for column in kpis["kpi_field_service_margin"]]
        currency = self.company.currency_id
        show = self.digest._format_currency_amount
        self.assertEqual(
            values, [show(amount, currency) for amount in ("60", "210", "510")]
        )
        self.assertEqual(
            [column["value"] for column in kpis["kpi_field_service_revenue"]],
            [show(amount, currency) for amount in ("100", "300", "700")],
        )
        # 210 after 300 in the seven days before.
        self.assertEqual(kpis["kpi_field_service_margin"][1]["margin"], -30.0)

    def test_nothing_was_earned(self):
        kpis = self._kpis(self.service_manager)
        self.assertEqual(kpis["kpi_field_service_orders"][0]["value"], 0)
        self.assertEqual(kpis["kpi_field_service_margin"][0]["margin"], 0.0)

    def test_completed_orders_of_the_company(self):
        other = self.company_data_2["company"]
        foreign = self._create_order(company_id=other.id)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE field_service_order SET state = 'done', "
            "completed_on = '2024-03-19 09:00:00' WHERE id IN %s",
            [(self.order.id, foreign.id)],
        )
        self.env.invalidate_all()
        kpis = self._kpis(self.service_manager)
        self.assertEqual(
            [column["value"] for column in kpis["kpi_field_service_orders"]], [1, 1, 1]
        )

    def test_who_sees_what(self):
        self.assertEqual(set(self._kpis(self.service_manager)), set(NAMES))
        self.assertEqual(
            set(self._kpis(self.dispatcher)),
            {"kpi_field_service_orders"},
        )
        self.assertEqual(
            set(self._kpis(self.reader)),
            {"kpi_field_service_margin", "kpi_field_service_revenue"},
        )
        self.assertEqual(self._kpis(self.technician), {})
        context = {
            "start_datetime": fields.Datetime.to_datetime("2024-03-19"),
            "end_datetime": fields.Datetime.to_datetime("2024-03-20"),
        }
        digest = self.digest.with_user(self.technician).with_context(**context)
        with self.assertRaises(AccessError):
            digest.mapped("kpi_field_service_margin_value")

    def test_the_mail_is_sent(self):
        self._book(self.order, 100.0, 40.0, "2024-03-19")
        with patch.object(self.env.registry["mail.mail"], "send"):
            self.digest._action_send_to_user(self.service_manager)
        mail = self.env["mail.mail"].sudo().search([], order="id desc", limit=1)
        self.assertIn("Margin of Work Orders", mail.body_html)
        self.assertIn("60", mail.body_html)
