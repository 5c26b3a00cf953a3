import csv
from pathlib import Path

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCommon

from .common import FieldServiceCommon

TOMORROW = fields.Datetime.add(fields.Datetime.now(), days=1).replace(microsecond=0)


@tagged("post_install", "-at_install")
class TestImport(FieldServiceCommon):
    def _load(self, names, *rows, user=None):
        orders = self.env["field.service.order"].with_user(user or self.dispatcher)
        result = orders.load(names, [list(row) for row in rows])
        return orders.browse(result["ids"] or []), result["messages"]

    def test_orders_with_holes_are_drafts_that_say_what_is_missing(self):
        orders, messages = self._load(
            ["partner_id", "job_type_id", "description", "planned_hours"],
            ["Customer", "Repair", "Leaks", ""],
            ["", "", "", "4"],
        )
        self.assertFalse(messages)
        self.assertEqual(orders.mapped("source"), ["import", "import"])
        self.assertEqual(orders.mapped("state"), ["draft", "draft"])
        self.assertEqual(orders.mapped("planned_hours"), [0.0, 4.0])
        self.assertIn("Choose the job type", orders[1].missing_html)

    def test_each_bad_line_has_its_message_and_nothing_is_imported(self):
        before = self.env["field.service.order"].search_count([])
        orders, messages = self._load(
            ["partner_id", "job_type_id", "requested_start", "priority"],
            ["Customer", "Repair", "2026-12-01 08:00:00", "High"],
            ["Nobody we know", "Repair", "", ""],
            ["Customer", "Repair", "next week", ""],
            ["Customer", "Repair", "", "Very high"],
        )
        self.assertFalse(orders)
        found = {message["rows"]["from"]: message["message"] for message in messages}
        self.assertEqual(set(found), {1, 2, 3})
        self.assertIn("Nobody we know", found[1])
        self.assertIn("next week", found[2])
        self.assertIn("Very high", found[3])
        self.assertEqual(self.env["field.service.order"].search_count([]), before)

    def test_a_state_that_is_imported_passes_the_gate(self):
        self.job_type.require_description = True
        orders, messages = self._load(
            ["partner_id", "job_type_id", "description", "state"],
            ["Customer", "Repair", "Leaks", "released"],
            ["Customer", "Repair", "", "released"],
            ["", "", "Leaks", "released"],
        )
        self.assertFalse(orders)
        # One message for all of them at once, then each line on its own.
        text = {message["rows"]["from"]: message["message"] for message in messages[1:]}
        self.assertEqual(set(text), {1, 2})
        self.assertIn("Describe the problem", text[1])
        self.assertIn("who the customer is", text[2])
        orders, messages = self._load(
            ["partner_id", "job_type_id", "description", "state"],
            ["Customer", "Repair", "Leaks", "released"],
        )
        self.assertFalse(messages)
        self.assertEqual(orders.state, "released")

    def test_impossible_values_are_refused_in_words(self):
        for names, row, sentence in (
            (["partner_id", "planned_hours"], ["Customer", "-1"], "cannot be negative"),
            (
                ["partner_id", "requested_start", "requested_stop"],
                ["Customer", "2026-12-02 08:00:00", "2026-12-01 08:00:00"],
                "must end after it starts",
            ),
        ):
            orders, messages = self._load(names, row)
            self.assertFalse(orders)
            self.assertIn(sentence, messages[0]["message"])

    def test_the_template_can_be_imported(self):
        self._create_partner("Azure Interior")
        template = self.env["field.service.order"].get_import_templates()[0]
        path = Path(__file__).parents[2] / template["template"].lstrip("/")
        with path.open(encoding="utf-8") as file:
            header, *rows = csv.reader(file)
        model = self.env["field.service.order"]
        labels = {
            description["string"]: name
            for name, description in model.fields_get().items()
            if not description.get("readonly")
        }
        names = [labels[label] for label in header]
        self.env["res.partner"].search(
            [("name", "=", "Azure Interior"), ("id", "!=", self._last_partner())]
        ).active = False
        orders, messages = self._load(names, *rows)
        self.assertFalse(messages)
        self.assertEqual(orders.customer_reference, "PO-4711")
        self.assertEqual(orders.priority, "2")

    def _last_partner(self):
        return self.env["res.partner"].search([], order="id desc", limit=1).id


@tagged("post_install", "-at_install")
class TestRequest(FieldServiceCommon):
    def _request(self, partner=None, **values):
        return self.env["field.service.order"]._create_from_request(
            partner or self.partner, {"description": "It leaks", **values}
        )

    def test_a_request_becomes_a_draft(self):
        contact = self._create_partner("Ann", parent_id=self.partner.id)
        asset = self._create_asset("Boiler")
        order = self._request(
            contact, asset_ids=asset.ids, requested_start=TOMORROW, site_id=False
        )
        self.assertRecordValues(
            order,
            [
                {
                    "partner_id": self.partner.id,
                    "contact_id": contact.id,
                    "site_id": self.partner.id,
                    "asset_ids": asset.ids,
                    "source": "portal",
                    "state": "draft",
                }
            ],
        )

    def test_what_cannot_be_asked_for(self):
        stranger = self._create_partner("Stranger")
        theirs = self._create_asset("Theirs", partner_id=stranger.id)
        nobodys = self._create_asset("Nobody's", partner_id=False)
        for values, sentence in (
            ({"description": "  "}, "Describe what"),
            ({"state": "released"}, "cannot say: state"),
            ({"site_id": stranger.id}, "of your own"),
            ({"contact_id": stranger.id}, "of your own"),
            ({"asset_ids": theirs.ids}, "of your own"),
            ({"asset_ids": nobodys.ids}, "of your own"),
            ({"asset_ids": [2**30]}, "of your own"),
            ({"requested_start": "2020-01-01 08:00:00"}, "over already"),
            ({"requested_stop": TOMORROW}, "end after it starts"),
        ):
            with self.assertRaisesRegex(ValidationError, sentence):
                self._request(**values)


@tagged("post_install", "-at_install")
class TestMail(MailCommon, FieldServiceCommon):
    """A mail to a team's address becomes an order of that team, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["field.service.team"].create(
            {
                "name": "North",
                "company_id": cls.company.id,
                "alias_name": "service.north",
                "alias_domain_id": cls.mail_alias_domain.id,
            }
        )
        cls.to = f"service.north@{cls.alias_domain}"
        cls.customer = cls._create_partner(
            "Ann", email="ann@example.com", parent_id=cls.partner.id
        )

    def _mail(self, sender="Ann <ann@example.com>", subject="Boiler is cold", **values):
        values.setdefault("msg_id", f"<{sender}.{subject}@example.com>")
        lines = [
            f"From: {sender}",
            f"To: {self.to}",
            f"Subject: {subject}",
            f"Message-Id: {values['msg_id']}",
            *values.get("headers", ()),
            'Content-Type: multipart/mixed; boundary="b"',
            "",
            "--b",
            "Content-Type: text/plain",
            "",
            "No heat since Monday.",
            "--b",
            "Content-Type: text/plain",
            'Content-Disposition: attachment; filename="log.txt"',
            "",
            "E42",
            "--b--",
        ]
        orders = self.env["field.service.order"]
        before = orders.search([])
        self.env["mail.thread"].message_process(False, "\r\n".join(lines))
        return orders.search([]) - before

    def test_a_customers_mail(self):
        order = self._mail()
        self.assertRecordValues(
            order,
            [
                {
                    "partner_id": self.partner.id,
                    "contact_id": self.customer.id,
                    "site_id": self.partner.id,
                    "description": "Boiler is cold",
                    "team_id": self.team.id,
                    "company_id": self.company.id,
                    "source": "mail",
                    "state": "draft",
                    "request_email": '"Ann" <ann@example.com>',
                }
            ],
        )
        self.assertNotEqual(order.name, "Boiler is cold")
        message = order.message_ids.filtered(lambda m: m.message_type == "email")
        self.assertIn("No heat since Monday", message.body)
        self.assertEqual(message.attachment_ids.mapped("name"), ["log.txt"])
        self.assertFalse(self._mail(), "the same mail twice is one order")

    def test_an_unknown_sender_is_an_order_without_customer(self):
        order = self._mail("who@example.org")
        self.assertFalse(order.partner_id)
        self.assertEqual(order.request_email, "who@example.org")
        with self.assertRaisesRegex(ValidationError, "who the customer is"):
            order.with_user(self.dispatcher).action_release()
        order.with_user(self.dispatcher).partner_id = self.partner
        self.assertEqual(order.site_id, self.partner)

    def test_a_colleague_who_forwards_is_not_the_customer(self):
        self.dispatcher.email = "desk@service-a.example.com"
        order = self._mail("desk@service-a.example.com")
        self.assertFalse(order.partner_id)
        self.assertEqual(order.team_id, self.team)

    def test_a_mail_without_subject_is_described_by_its_text(self):
        self.assertIn("No heat", self._mail(subject="").description)

    def test_a_team_needs_no_address(self):
        team = self.env["field.service.team"].create(
            {"name": "South", "company_id": self.company.id}
        )
        self.assertFalse(team.alias_name)
        team.with_user(self.manager).alias_name = "south"
        self.assertEqual(team.alias_id.alias_model_id.model, "field.service.order")
