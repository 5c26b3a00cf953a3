import base64
import io
from datetime import timedelta

from PIL import Image

from odoo import Command, fields
from odoo.tests import HttpCase, tagged

from .common import FieldServiceCommon


@tagged("post_install", "-at_install")
class TestMyDayTour(FieldServiceCommon, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # As in the other tour: packages of Odoo leave this file out.
        cls.env["ir.asset"].create(
            {
                "name": "No background blur",
                "bundle": "web.assets_backend",
                "directive": "remove",
                "path": "mail/static/lib/selfie_segmentation/selfie_segmentation.js",
            }
        )
        cls.job_type.checklist_id = cls.env["field.service.checklist"].create(
            {
                "name": "Service",
                "line_ids": [
                    Command.create({"name": "Stop works", "expected": "yes"}),
                    Command.create(
                        {
                            "name": "Pressure",
                            "type": "number",
                            "unit": "bar",
                            "limits": "between",
                            "minimum": 2.0,
                            "maximum": 4.0,
                        }
                    ),
                    Command.create(
                        {"name": "Plate", "type": "photo", "photo_tag": "nameplate"}
                    ),
                ],
            }
        )
        cls.user_technician.tz = "UTC"

    def test_a_visit_with_the_network_cut_in_between(self):
        """From the day to the signature on a phone; every tap arrives exactly once."""
        customer = self._create_partner("Tour Customer", phone="+61 8 1234")
        order = self._create_order(partner_id=customer.id)
        order.require_signature = True
        # Today for the phone, whatever the hour.
        noon = fields.Datetime.now().replace(hour=12, minute=0, second=0)
        visit = self._create_visit(order, start=noon)
        self.start_tour(
            "/odoo/my-day",
            "field_service_my_day",
            login=self.user_technician.login,
            timeout=120,
        )
        events = visit.event_ids.sorted("id")
        self.assertEqual(
            events.mapped("type"), ["travel_start", "arrived", "work_start", "work_end"]
        )
        self.assertEqual(len(set(events.mapped("key"))), 4)
        self.assertEqual(set(events.mapped("source")), {"mobile"})
        for event in events:
            self.assertLess(
                abs(event.device_time - event.server_time), timedelta(minutes=3)
            )
        answers = {answer.name: answer for answer in order.answer_ids}
        self.assertEqual(answers["Stop works"].value_yes_no, "yes")
        self.assertEqual(answers["Pressure"].value_input, "9")
        self.assertEqual(order.finding_ids.answer_id, answers["Pressure"])
        photo = answers["Plate"].photo_ids
        self.assertEqual(len(photo), 1)
        picture = Image.open(io.BytesIO(base64.b64decode(photo.image)))
        self.assertEqual((picture.format, max(picture.size)), ("JPEG", 1600))
        self.assertEqual(visit.signed_by, "Cy Customer")
        self.assertEqual((visit.state, order.state), ("completed", "done"))

    def test_a_tool_is_taken_with_one_tap(self):
        noon = fields.Datetime.now().replace(hour=12, minute=0, second=0)
        tool = self.env["resource.resource"].create(
            {
                "name": "Insulation tester",
                "service_serial": "IT-1",
                "resource_type": "material",
                "service_needs_calibration": True,
                "service_calibration_ids": [
                    Command.create({"valid_until": noon.date() + timedelta(days=90)})
                ],
            }
        )
        customer = self._create_partner("Tour Customer")
        order = self._create_order(partner_id=customer.id)
        self._create_visit(order, start=noon, resource_ids=tool.ids)
        self.start_tour(
            "/odoo/my-day", "field_service_tools", login=self.user_technician.login
        )
        self.assertEqual(tool.service_holder_id, self.technician)
        self.assertEqual(tool.service_holding_ids.user_id, self.user_technician)

    def test_it_can_be_installed(self):
        """The scoped app has a page, and a manifest that leads back to it."""
        self.authenticate(self.user_technician.login, self.user_technician.login)
        query = "app_id=field_service&path=scoped_app/my-day&app_name=My%20Day"
        page = self.url_open(f"/scoped_app?{query}")
        self.assertEqual(page.status_code, 200)
        query = "app_id=field_service&path=/scoped_app/my-day&app_name=My%20Day"
        manifest = self.url_open(f"/web/manifest.scoped_app_manifest?{query}").json()
        self.assertEqual(manifest["start_url"], "/scoped_app/my-day")
        self.assertEqual(manifest["name"], "My Day")
        icon = manifest["icons"][0]["src"]
        self.assertIn("/field_service/static/description/", icon)
        self.assertEqual(self.url_open(icon).status_code, 200)
        self.assertEqual(self.url_open("/scoped_app/my-day").status_code, 200)
