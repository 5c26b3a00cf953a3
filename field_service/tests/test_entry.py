from datetime import timedelta

from lxml import html

from odoo import Command, fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .common import FieldServiceCommon


@tagged("post_install", "-at_install")
class TestEntry(FieldServiceCommon):
    """Taking an order on the phone: what follows, what is shown, what is missing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.north, cls.south = cls.env["field.service.team"].create(
            [{"name": name, "company_id": cls.company.id} for name in ("N", "S")]
        )
        cls.checklist = cls.env["field.service.checklist"].create(
            {
                "name": "Yearly",
                "line_ids": [Command.create({"name": "Tight?", "type": "yes_no"})],
            }
        )
        cls.job_type.write({"company_id": cls.company.id, "team_id": cls.north.id})
        cls.service = cls.env["field.service.job.type"].create(
            {
                "name": "Service",
                "company_id": cls.company.id,
                "planned_hours": 1.5,
                "crew_size": 2,
                "team_id": cls.south.id,
                "checklist_id": cls.checklist.id,
                "require_photos": True,
                "require_signature": True,
            }
        )
        cls.policy, cls.policy_service = cls.env["field.service.sla"].create(
            [
                {
                    "name": name,
                    "company_id": cls.company.id,
                    "job_type_id": job_type.id,
                    "resolution_hours": 8.0,
                }
                for name, job_type in (("R", cls.job_type), ("S", cls.service))
            ]
        )
        cls.site = cls._create_partner("Plant", parent_id=cls.partner.id, type="other")
        cls.asset = cls._create_asset("Boiler", site_id=cls.site.id)

    def _form(self, user=None):
        orders = self.env["field.service.order"].with_user(user or self.dispatcher)
        return Form(orders)

    # ------------------------------------------------------------- what follows
    def test_everything_follows_from_the_job_type(self):
        form = self._form()
        form.partner_id = self.partner
        self.assertEqual(form.site_id, self.partner)
        form.job_type_id = self.job_type
        self.assertEqual(form.planned_hours, 2.0)
        self.assertEqual(form.team_id, self.north)
        self.assertEqual(form.sla_id, self.policy)
        self.assertFalse(form.require_photos)
        form.job_type_id = self.service
        self.assertEqual(form.planned_hours, 1.5)
        self.assertEqual(form.crew_size, 2)
        self.assertEqual(form.team_id, self.south)
        self.assertEqual(form.sla_id, self.policy_service)
        self.assertEqual(form.checklist_id, self.checklist)
        self.assertTrue(form.require_photos)
        self.assertTrue(form.require_signature)
        order = form.save()
        self.assertEqual(order.answer_ids.mapped("name"), ["Tight?"])
        # The same on the saved order, before its release.
        order.job_type_id = self.job_type
        self.assertEqual(order.planned_hours, 2.0)
        self.assertEqual(order.team_id, self.north)
        self.assertEqual(order.sla_id, self.policy)
        self.assertFalse(order.checklist_id)
        self.assertFalse(order.require_photos)
        self.assertFalse(order.answer_ids)

    def test_what_somebody_has_chosen_stays(self):
        """Peer 12: a template never overwrites what a person has entered."""
        other = self.env["field.service.sla"].create(
            {"name": "Special", "company_id": self.company.id, "response_hours": 1.0}
        )
        west = self.north.copy({"name": "W"})
        form = self._form()
        form.partner_id = self.partner
        form.planned_hours = 6.0
        form.crew_size = 3
        form.job_type_id = self.job_type
        form.team_id = west
        form.require_signature = True
        form.sla_id = other
        form.job_type_id = self.service
        form.job_type_id = self.job_type
        form.priority = "2"
        order = form.save()
        for _change in range(2):
            self.assertEqual(order.planned_hours, 6.0)
            self.assertEqual(order.crew_size, 3)
            self.assertEqual(order.team_id, west)
            self.assertEqual(order.sla_id, other)
            self.assertTrue(order.require_signature)
            self.assertFalse(order.checklist_id)
            order.write({"job_type_id": self.service.id})
            order.write({"job_type_id": self.job_type.id, "planned_hours": 6.0})

    def test_what_is_written_together_is_meant(self):
        order = self._create_order(release=False)
        order.write({"job_type_id": self.service.id, "planned_hours": 2.0})
        self.assertEqual(order.planned_hours, 2.0)
        self.assertEqual(order.team_id, self.south)

    def test_two_orders_follow_each_for_itself(self):
        orders = self._create_order(release=False) + self._create_order(
            release=False, planned_hours=5.0
        )
        orders.write({"job_type_id": self.service.id})
        self.assertEqual(orders.mapped("planned_hours"), [1.5, 5.0])

    def test_customer_and_site_follow_the_equipment(self):
        form = self._form()
        form.asset_ids.add(self.asset)
        self.assertEqual(form.partner_id, self.partner)
        self.assertEqual(form.site_id, self.site)

    def test_the_site_follows_until_it_is_chosen(self):
        other = self._create_partner("Other customer")
        form = self._form()
        form.partner_id = other
        self.assertEqual(form.site_id, other)
        form.partner_id = self.partner
        self.assertEqual(form.site_id, self.partner, "the first was a slip")
        form.asset_ids.add(self.asset)
        self.assertEqual(form.site_id, self.site, "the machine stands there")
        form.site_id = self.partner
        form.partner_id = other
        self.assertEqual(form.site_id, self.partner, "chosen by hand")

    def test_a_dispatcher_makes_a_new_site(self):
        partners = self.env["res.partner"].with_user(self.dispatcher)
        site = partners.create(
            {"name": "New plant", "parent_id": self.partner.id, "type": "other"}
        )
        site.service_access_note = "Gate code 1234"
        self.assertEqual(site.commercial_partner_id, self.partner)
        with self.assertRaises(AccessError):
            partners.with_user(self.user_technician).create({"name": "X"})

    # ---------------------------------------------------------- what else is there
    def test_other_orders_are_shown_before_saving(self):
        done = self._create_order(asset_ids=self.asset.ids)
        self._work(self._create_visit(done), hours=1.0)
        still_open = self._create_order(site_id=self.site.id)
        cancelled = self._create_order(site_id=self.site.id)
        cancelled.action_cancel()
        elsewhere = self._create_order()
        old = self._create_order(asset_ids=self.asset.ids)
        self._work(self._create_visit(old, start="2026-03-05 08:00:00"), hours=1.0)
        long_ago = fields.Datetime.now() - timedelta(days=91)
        old.completed_on = long_ago
        self.env.cr.execute(
            "UPDATE field_service_order SET create_date = %s WHERE id = %s",
            (long_ago, old.id),
        )
        form = self._form()
        form.asset_ids.add(self.asset)
        shown = form.recent_order_ids[:]
        self.assertEqual(shown, still_open + done, "open ones first")
        self.assertEqual(form.open_order_count, 1)
        self.assertNotIn(elsewhere, shown)
        self.assertEqual(form.callback_candidate_ids[:], done)
        form.callback_of_id = done
        form.job_type_id = self.job_type
        self.assertEqual(form.save().callback_of_id, done)

    def test_other_orders_take_as_many_queries_for_one_as_for_many(self):
        assets = self.asset + self._create_asset("Pump") + self._create_asset("Fan")
        orders = self.env["field.service.order"].union(
            *(self._create_order(asset_ids=asset.ids) for asset in [*assets, *assets])
        )

        def count(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            records.mapped("recent_order_ids")
            return self.cr.sql_log_count - before

        count(orders)
        self.assertLessEqual(count(orders), count(orders[:1]))

    def test_other_companies_orders_are_not_shown(self):
        site = self._create_partner("Shared")
        theirs = self._create_order(
            company_id=self.company_b.id,
            site_id=site.id,
            job_type_id=self.env["field.service.job.type"].create({"name": "B"}).id,
        )
        ours = self._create_order(site_id=site.id)
        order = self._create_order(release=False, site_id=site.id)
        self.assertEqual(order.recent_order_ids, ours)
        self.assertNotIn(theirs, order.recent_order_ids)

    # ------------------------------------------------------------- what is missing
    def test_completeness_by_hand(self):
        order = self._create_order(release=False, partner_id=False, job_type_id=False)
        self.assertEqual(order.completeness, 0.0)
        order.write({"partner_id": self.partner.id, "job_type_id": self.job_type.id})
        # Customer, site (follows) and job type, of seven facts.
        self.assertAlmostEqual(order.completeness, 100.0 * 3 / 7)
        self.job_type.require_reference = True
        self.assertAlmostEqual(order.completeness, 100.0 * 3 / 8)
        order.write({"description": "   ", "asset_ids": self.asset.ids})
        self.assertAlmostEqual(order.completeness, 100.0 * 4 / 8, msg="blank is none")
        found = order.search([("completeness", "<", 60), ("id", "=", order.id)])
        self.assertEqual(found, order)

    def test_only_what_the_job_type_marks_stands_in_the_way(self):
        self._create_order()
        for tick, values, sentence in (
            ("require_asset", {"asset_ids": self.asset.ids}, "Choose the equip"),
            ("require_contact", {"contact_id": self.partner.id}, "Name a contact"),
            ("require_description", {"description": "Leaks"}, "Describe the problem"),
            ("require_window", {"requested_start": "2026-12-01 08:00:00"}, "suits"),
            ("require_reference", {"customer_reference": "PO 1"}, "the reference"),
        ):
            job_type = self.env["field.service.job.type"].create(
                {"name": tick, tick: True}
            )
            order = self._create_order(release=False, job_type_id=job_type.id)
            order = order.with_user(self.dispatcher)
            with self.assertRaisesRegex(ValidationError, sentence):
                order.action_release()
            self.assertEqual(order.state, "draft")
            # A fact that comes with the state counts as given.
            order.write({**values, "state": "released"})
            self.assertEqual(order.state, "released", tick)

    def test_what_is_missing_and_who_must_say_it(self):
        self.job_type.require_contact = True
        order = self._create_order(release=False, partner_id=False)
        shown = html.fromstring(order.with_user(self.dispatcher).missing_html)
        lines = [line.text_content() for line in shown.iter("li")]
        self.assertEqual(
            lines[:3],
            [
                "Dispatcher: Say who the customer is.",
                "Dispatcher: Give the service address.",
                "Customer: Name a contact on site.",
            ],
        )
        self.assertIn("Customer: Say when the work suits. (optional)", lines)
        order.write({"partner_id": self.partner.id, "contact_id": self.partner.id})
        order.action_release()
        self.assertFalse(order.missing_html)

    def test_the_list_shows_names_as_text(self):
        """A job type's or customer's name is no markup."""
        self.env.user.lang = "en_US"
        order = self._create_order(release=False, job_type_id=False)
        self.assertNotIn("<script", order.missing_html)
        self.assertIn("<ul", order.missing_html)
