import base64
from datetime import datetime, timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import HttpCase, new_test_user, tagged

from .common import FieldServiceCommon

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)


@tagged("post_install", "-at_install")
class TestPortal(FieldServiceCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id.tz = "UTC"
        cls.partner.write({"is_company": True, "tz": "UTC"})
        cls.person = cls._create_partner("Carla Customer", parent_id=cls.partner.id)
        cls.customer = cls._create_customer("carla", cls.person)
        cls.stranger = cls._create_customer("sam", cls._create_partner("Sam Stranger"))
        cls.order = cls._create_order(description="The pump leaks")
        cls.secret = "Do not tell the customer: he owes us money"
        cls.order.message_post(body=cls.secret, subtype_xmlid="mail.mt_note")
        start = fields.Datetime.now() + timedelta(days=4)
        while start.weekday() > 3:
            start += timedelta(days=1)
        cls.start = start.replace(hour=9, minute=0, second=0, microsecond=0)
        cls.visit = cls._create_visit(cls.order, start=cls.start)

    @classmethod
    def _create_customer(cls, login, partner):
        return new_test_user(
            cls.env,
            login=login,
            password=login,
            groups="base.group_portal",
            partner_id=partner.id,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def _get(self, path, login="carla", **kwargs):
        self.authenticate(login, login)
        return self.url_open(path, **kwargs)

    def _post(self, path, data, login="carla", files=None):
        self.authenticate(login, login)
        data = {"csrf_token": self._get_csrf(), **data}
        return self.url_open(path, data=data, files=files)

    def _get_csrf(self):
        page = self.url_open("/my/work-orders/new").text
        return page.split('name="csrf_token" value="')[1].split('"')[0]

    def _url(self, suffix=""):
        return f"/my/work-orders/{self.order.id}{suffix}"

    def test_tour(self):
        """A customer asks for work, and moves an appointment he has."""
        self.start_tour("/my/home", "field_service_portal", login="carla")
        request = self.env["field.service.order"].search(
            [("description", "=", "The heating is cold")]
        )
        self.assertEqual(request.source, "portal")
        self.assertEqual(request.partner_id, self.partner)
        self.assertGreater(self.visit.start, self.start)

    # ------------------------------------------------------------------ own, only
    def test_customer_sees_his_order(self):
        text = self._get("/my/work-orders").text
        self.assertIn(self.order.name, text)
        text = self._get(self._url()).text
        for word in ("The pump leaks", "Tina", "Appointment made", "9:00"):
            self.assertIn(word, text)

    def test_nothing_internal_on_the_page(self):
        text = self._get(self._url()).text
        self.assertNotIn(self.secret, text)
        self.assertNotIn("planned_cost", text)

    def test_stranger_sees_nothing(self):
        self.assertNotIn(self.order.name, self._get("/my/work-orders", "sam").text)
        answer = self._get(self._url(), "sam")
        self.assertNotIn("The pump leaks", answer.text)
        self.assertTrue(answer.url.endswith("/my"))
        answer = self._get("/my/work-orders?search=pump&search_in=all", "sam")
        self.assertNotIn(self.order.name, answer.text)

    def test_counter_counts_own_orders(self):
        for login, count in (("carla", 1), ("sam", 1)):
            self.authenticate(login, login)
            counters = self.make_jsonrpc_request(
                "/my/counters", {"counters": ["service_order_count"]}
            )
            self.assertEqual(counters["service_order_count"], count)
        # Sam has nothing but the way to ask for something.
        self.company.service_portal_requests = False
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["service_order_count"]}
        )
        self.assertFalse(counters["service_order_count"])

    def test_portal_users_have_no_right_on_our_models(self):
        for model in self.env:
            if model.startswith("field.service") and not self.env[model]._abstract:
                for user in (self.customer, self.env.ref("base.public_user")):
                    self.assertFalse(
                        self.env[model].with_user(user).has_access("read"), model
                    )
        with self.assertRaises(AccessError):
            self.order.with_user(self.customer).read(["description"])
        with self.assertRaises(AccessError):
            self.order.with_user(self.customer).read_group([], ["id"], ["state"])

    def test_token_opens_one_order_only(self):
        token = self.order._portal_ensure_token()
        other = self._create_order(description="Another matter")
        self.authenticate(None, None)
        page = self.url_open(self._url(f"?access_token={token}"))
        self.assertIn("The pump leaks", page.text)
        page = self.url_open(f"/my/work-orders/{other.id}?access_token={token}")
        self.assertNotIn("Another matter", page.text)
        for wrong in ("", "?access_token=", "?access_token=x"):
            page = self.url_open(self._url(wrong))
            self.assertNotIn("The pump leaks", page.text)
        self.assertEqual(self.url_open("/my/work-orders/999999999").status_code, 200)

    def test_search_and_filters(self):
        self.assertIn(self.order.name, self._get("/my/work-orders?search=pump").text)
        self.assertNotIn(self.order.name, self._get("/my/work-orders?search=xyz").text)
        self.assertNotIn(
            self.order.name, self._get("/my/work-orders?filterby=over").text
        )
        answer = self._get("/my/work-orders?sortby=password&filterby=1")
        self.assertEqual(answer.status_code, 200)

    # ---------------------------------------------------------------- reschedule
    def _windows(self):
        return self.order._get_reschedule_windows()

    def test_reschedule(self):
        window = next(
            window
            for window in self._windows()
            if window[0].date() == self.start.date() + timedelta(days=1)
        )
        text = self._get(self._url("/reschedule")).text
        value = "/".join(fields.Datetime.to_string(moment) for moment in window)
        self.assertIn(value, text)
        answer = self._post(self._url("/reschedule"), {"window": value})
        self.assertIn("Your appointment has been changed", answer.text)
        self.assertTrue(window[0] <= self.visit.start <= window[1])
        self.assertEqual(self.visit.duration, 2.0)
        self.assertEqual((self.order.promised_start, self.order.promised_stop), window)
        message = self.order.message_ids[0]
        self.assertEqual(message.author_id, self.person)
        self.assertIn("The customer moved the appointment", message.body)

    def test_reschedule_only_into_what_is_offered(self):
        night = (self.start + timedelta(days=1)).replace(hour=2)
        value = f"{night}/{night + timedelta(hours=2)}"
        answer = self._post(self._url("/reschedule"), {"window": value})
        self.assertIn("has just been taken", answer.text)
        for value in ("", "x", "2026-01-01", "a/b", "1/2/3"):
            answer = self._post(self._url("/reschedule"), {"window": value})
            self.assertIn("Choose one of the times", answer.text)
        self.assertEqual(self.visit.start, self.start)

    def test_time_that_was_taken_meanwhile(self):
        window = self._windows()[0]
        for day in range(3):
            busy = self._create_order()
            start = window[0].replace(hour=0) + timedelta(days=day)
            if start.date() != self.start.date():
                self._create_visit(busy, start=start, stop=start + timedelta(hours=24))
        with self.assertRaisesRegex(ValidationError, "just been taken"):
            self.order._reschedule(*window)
        self.assertEqual(self.visit.start, self.start)

    def test_what_cannot_be_moved(self):
        self.assertEqual(self.order._get_movable_visit(), self.visit)
        self.visit.lock = "time"
        self.assertFalse(self.order._get_movable_visit())
        self.visit.lock = "none"
        self.company.service_portal_reschedule_hours = 24 * 30
        self.assertFalse(self.order._get_movable_visit())
        self.company.service_portal_reschedule_hours = 0
        self.assertFalse(self.order._get_movable_visit())
        self.company.service_portal_reschedule_hours = 24
        self.visit.register_event("travel_start", datetime(2026, 3, 2, 8))
        self.assertFalse(self.order._get_movable_visit())
        answer = self._get(self._url("/reschedule"))
        self.assertIn("can no longer be changed", answer.text)
        with self.assertRaises(ValidationError):
            self.order._reschedule(self.start, self.start)

    def test_stranger_moves_nothing(self):
        window = self._windows()[0]
        value = "/".join(fields.Datetime.to_string(moment) for moment in window)
        self._post(self._url("/reschedule"), {"window": value}, login="sam")
        self.assertEqual(self.visit.start, self.start)

    # ------------------------------------------------------------------ requests
    def _request(self, files=None, login="carla", **data):
        self._post(
            "/my/work-orders/new",
            {"description": "No heating", "site_id": self.partner.id, **data},
            files=files,
            login=login,
        )
        return self.env["field.service.order"].search(
            [("description", "=", data.get("description", "No heating"))]
        )

    def test_request(self):
        asset = self._create_asset("Boiler")
        day = fields.Date.today() + timedelta(days=3)
        self.assertIn("<textarea", self._get("/my/work-orders/new").text)
        photos = [("photos", ("boiler.png", PIXEL, "image/png"))]
        order = self._request(
            asset_id=asset.id, day=str(day), part="afternoon", files=photos
        )
        self.assertEqual(order.state, "draft")
        self.assertEqual(order.source, "portal")
        self.assertEqual(order.partner_id, self.partner)
        self.assertEqual(order.contact_id, self.person)
        self.assertEqual(order.asset_ids, asset)
        self.assertEqual(order.company_id, self.company)
        self.assertEqual(order.requested_start.date(), day)
        self.assertEqual(
            (order.requested_start.hour, order.requested_stop.hour), (12, 18)
        )
        attachments = order.message_ids.attachment_ids
        self.assertEqual(attachments.mapped("name"), ["boiler.png"])

    def test_request_with_bad_input_loses_nothing(self):
        asset = self._create_asset("Not yours", partner_id=self.stranger.partner_id.id)
        photo = [("photos", ("virus.exe", b"MZ", "image/png"))]
        many = [("photos", (f"{n}.png", PIXEL, "image/png")) for n in range(6)]
        for data in (
            {"description": "   "},
            {"asset_id": asset.id},
            {"site_id": self.stranger.partner_id.id},
            {"day": "tomorrow"},
            {"day": "2020-01-01"},
            {"files": photo},
            {"files": many},
        ):
            with self.subTest(data=data):
                self.assertFalse(self._request(**data))

    def test_requests_can_be_switched_off(self):
        csrf = self._get("/my/work-orders/new").text
        csrf = csrf.split('name="csrf_token" value="')[1].split('"')[0]
        self.company.service_portal_requests = False
        answer = self.url_open(
            "/my/work-orders/new", data={"description": "Hm", "csrf_token": csrf}
        )
        self.assertTrue(answer.url.endswith("/my/work-orders"))
        self.assertNotIn("New Request", answer.text)

    def test_withdraw(self):
        order = self._request()
        answer = self._post(f"/my/work-orders/{order.id}/withdraw", {})
        self.assertIn("has been withdrawn", answer.text)
        self.assertEqual(order.state, "cancelled")
        self._post(self._url("/withdraw"), {})
        self.assertEqual(self.order.state, "scheduled")

    # --------------------------------------------------------------------- words
    def test_times_on_the_clock_of_the_site(self):
        self.partner.tz = "Asia/Tokyo"
        day, hours = self.order._get_portal_window(
            datetime(2026, 3, 2, 20), datetime(2026, 3, 2, 22)
        )
        self.assertEqual(day, "Tuesday, 3 March 2026")
        self.assertIn("5:00", hours)

    def test_every_state_has_words(self):
        states = dict(self.order._fields["state"].selection)
        for state in states:
            self.env.cr.execute(
                "UPDATE field_service_order SET state = %s WHERE id = %s",
                (state, self.order.id),
            )
            self.order.invalidate_recordset(["state"])
            self.assertTrue(self.order._get_portal_state().label)

    def test_promise_is_shown_while_the_visit_keeps_it(self):
        self.order.write(
            {
                "promised_start": self.start - timedelta(hours=1),
                "promised_stop": self.start + timedelta(hours=1),
            }
        )
        self.assertIn("8:00", self.visit._format_portal_time())
        self.visit.start += timedelta(days=1)
        self.assertIn("9:00", self.visit._format_portal_time())

    # -------------------------------------------------------------------- rating
    def _finish(self):
        self.company.service_rating_request = True
        start = datetime(2026, 3, 2, 8)
        self.visit.register_event("work_start", start)
        self.visit.result = "solved"
        self.visit.register_event("work_end", start + timedelta(hours=2))
        self.assertEqual(self.order.state, "done")

    def test_customer_rates_the_work(self):
        self.assertNotIn("/rate/", self._get(self._url()).text)
        self._finish()
        text = self._get(self._url()).text
        ratings = self.env["rating.rating"].search(
            [("res_model", "=", self.order._name), ("res_id", "=", self.order.id)]
        )
        self.assertEqual(len(ratings), 1)
        self.assertEqual(ratings.partner_id, self.partner)
        for points in (1, 3, 5):
            self.assertIn(f'href="/rate/{ratings.access_token}/{points}"', text)
        # The page is opened again and again: it is the same rating.
        self.assertIn(ratings.access_token, self._get(self._url()).text)
        self.assertIn("Happy", self.url_open(f"/rate/{ratings.access_token}/5").text)
        self.order.rating_apply(5, rating=ratings, feedback="Quick and clean")
        text = self._get(self._url()).text
        self.assertIn("Quick and clean", text)
        self.assertIn("rating_5.png", text)
        self.assertNotIn("/rate/", text)

    def test_rating_by_the_link(self):
        self._finish()
        token = self.order._portal_ensure_token()
        self.authenticate(None, None)
        self.assertIn("/rate/", self.url_open(self._url(f"?access_token={token}")).text)
        # Whoever else is logged in and has the link reads the page and rates nothing.
        text = self._get(self._url(f"?access_token={token}"), "sam").text
        self.assertIn("The pump leaks", text)
        self.assertNotIn("/rate/", text)

    def test_rating_only_where_the_company_asks(self):
        self._finish()
        self.company.service_rating_request = False
        self.assertNotIn("/rate/", self._get(self._url()).text)
        self.assertFalse(self.order.rating_ids)
        # Who has been asked may answer here, too.
        self.order.rating_requested_on = fields.Datetime.now()
        self.assertIn("/rate/", self._get(self._url()).text)

    def test_clock_of_the_company_before_the_one_of_the_reader(self):
        self.partner.tz = self.order.site_id.tz = self.company.partner_id.tz = False
        self.company.resource_calendar_id.tz = "Asia/Tokyo"
        self.env.user.tz = "Europe/Madrid"
        self.assertEqual(self.order._get_site_tz(), "Asia/Tokyo")
        self.company.partner_id.tz = "Europe/Moscow"
        self.assertEqual(self.order._get_site_tz(), "Europe/Moscow")

    # ------------------------------------------------------------------- bad input
    def test_strange_addresses(self):
        """Numbers and signs that nothing has are answered like any other wrong one."""
        for path in (
            f"/my/work-orders/{10**30}",
            f"/my/work-orders/{10**12}?access_token=x",
            f"/my/work-orders/{10**12}/report",
            f"/my/work-orders/{10**12}/reschedule",
            "/my/work-orders?search=a%00b",
            "/my/work-orders/page/0",
            f"/my/work-orders/page/{10**15}",
            self._url("?access_token=%C3%A4"),
        ):
            self.assertEqual(self._get(path).status_code, 200, path)
        self.env.user.group_ids = [
            Command.link(self.env.ref("field_service.group_technician").id)
        ]
        answer = self._get("/field-service/equipment/a%00b")
        self.assertEqual(answer.status_code, 404)

    def test_strange_requests(self):
        for values in (
            {"site_id": "²"},
            {"site_id": "9" * 30},
            {"asset_id": "²"},
            {"asset_id": "9" * 12},
            {"day": "9999-12-31"},
            {"day": "0001-01-01"},
            {"day": "x"},
            {"description": "\0"},
        ):
            form = {"description": "Strange", "site_id": self.partner.id, **values}
            answer = self._post("/my/work-orders/new", form)
            self.assertEqual(answer.status_code, 200, values)
        for name in ("description", "day", "site_id"):
            answer = self._post(
                "/my/work-orders/new",
                {"site_id": self.partner.id},
                files={name: ("x.txt", b"x")},
            )
            self.assertEqual(answer.status_code, 200, name)

    def test_strange_windows(self):
        for window in ("", "x", "a/b", "/", "2026-01-01 00:00:00/", "1/2/3", "\0/\0"):
            answer = self._post(self._url("/reschedule"), {"window": window})
            self.assertEqual(answer.status_code, 200, window)
            self.assertEqual(self.visit.start, self.start)
