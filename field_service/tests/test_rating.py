from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .common import MONDAY, FieldServiceCommon


class RatingCommon(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.service_rating_request = True
        cls.partner.email = "customer@example.com"
        cls.team = cls.env["field.service.team"].create(
            {
                "name": "North",
                "company_id": cls.company.id,
                "leader_id": cls.dispatcher.id,
            }
        )

    def _done(self, start=MONDAY, **values):
        order = self._create_order(team_id=self.team.id, **values)
        self._work(self._create_visit(order, start=start), hours=1.0)
        self.assertEqual(order.state, "done")
        return order

    def _rate(self, order, rate, feedback="As it was"):
        rating = self.env["rating.rating"].search(
            [("res_model", "=", order._name), ("res_id", "=", order.id)]
        )
        return order.rating_apply(rate, token=rating.access_token, feedback=feedback)


@tagged("post_install", "-at_install")
class TestRating(RatingCommon):
    def _requests(self, order):
        return order.message_ids.filtered(lambda message: message.partner_ids)

    def test_the_customer_is_asked_once(self):
        order = self._done()
        mail = self._requests(order)
        self.assertEqual(mail.partner_ids, self.partner)
        self.assertTrue(order.rating_requested_on)
        self.assertIn(order.rating_ids.access_token, mail.body)
        order.with_user(self.manager).action_reopen()
        order.action_done()
        self.assertEqual(self._requests(order), mail)
        self.assertEqual(len(order.rating_ids), 1)

    def test_nobody_is_asked_unless_the_company_says_so(self):
        self.company.service_rating_request = False
        self.assertFalse(self._requests(self._done()))
        self.company.service_rating_request = True
        self.partner.email = False
        order = self._done(start=MONDAY.replace(hour=12))
        self.assertFalse(self._requests(order))
        self.assertFalse(order.rating_requested_on)

    def test_historic_orders_are_not_rated(self):
        order = self._create_order(release=False, is_historic=True, completed_on=MONDAY)
        order.action_close()
        order._action_done()
        self.assertFalse(self._requests(order))

    def test_a_letter_that_fails_holds_up_nobody(self):
        template = self.env.ref("field_service.mail_template_rating_request")
        template.body_html = '<div><t t-out="object.no_such_field"/></div>'
        order = self._done()
        self.assertFalse(order.rating_requested_on)
        self.assertIn("could not be asked", order.activity_ids.summary)

    def test_the_lead_of_the_last_visit_is_rated(self):
        order = self._create_order()
        first = self._create_technician("Tom", user_id=False)
        visit = self._create_visit(order, technician_id=first.id)
        reason = self.env.ref("field_service.field_service_reason_return_more_time")
        self._work(visit, hours=1.0, result="return_needed", return_reason_id=reason.id)
        jim = self._create_technician("Jim")
        last = self._create_visit(
            order, start=MONDAY.replace(day=3), crew_ids=[Command.link(jim.id)]
        )
        self._work(last, hours=1.0)
        self.assertEqual(
            order.rating_ids.rated_partner_id, self.user_technician.partner_id
        )

    def test_a_low_rating_is_for_the_team_leader(self):
        low, middle = self._done(), self._done(start=MONDAY.replace(hour=12))
        self._rate(low, 1, "Still leaks")
        self._rate(middle, 3)
        self.assertEqual(low.activity_ids.user_id, self.dispatcher)
        self.assertFalse(middle.activity_ids)
        self._rate(low, 2, "Still leaks, I say")
        self.assertEqual(len(low.activity_ids), 1)
        self.assertNotIn("Still leaks", low.activity_ids.note)
        found = self.env["field.service.order"].search(
            [("rating_last_value", ">", 0), ("rating_last_value", "<=", 2)]
        )
        self.assertEqual(found & (low + middle), low)

    def test_a_token_of_another_order_is_refused(self):
        order, other = self._done(), self._done(start=MONDAY.replace(hour=12))
        with self.assertRaises(ValueError):
            order.rating_apply(5, token=other.rating_ids.access_token)
        with self.assertRaises(ValueError):
            order.rating_apply(5, token="none")
        with self.assertRaises(ValueError):
            order.rating_apply(7, token=order.rating_ids.access_token)
        self.assertFalse((order + other).rating_ids.filtered("consumed"))

    def test_a_persons_ratings_are_his_own(self):
        order = self._done()
        rating = self._rate(order, 5, "Well done, Tina")
        tom = self._create_user("tom", "field_service.group_technician")
        self._create_technician("Tom", user_id=tom.id)
        order.visit_ids.crew_ids = tom.employee_ids
        for user, allowed in (
            (self.user_technician, True),
            (self.manager, True),
            (tom, False),
            (self.dispatcher, False),
        ):
            found = (
                self.env["rating.rating"]
                .with_user(user)
                .search([("res_model", "=", order._name)])
            )
            self.assertEqual(bool(found), allowed, user.login)
            if not allowed:
                with self.assertRaises(AccessError):
                    rating.with_user(user).read(["rating"])
                with self.assertRaises(AccessError):
                    order.with_user(user).read(["rating_last_value"])
            with self.assertRaises(AccessError):
                rating.with_user(user).write({"rating": 5, "feedback": "Great"})
        self.assertNotIn("Well done, Tina", "".join(order.message_ids.mapped("body")))
        self.assertEqual(order.with_user(self.manager).rating_avg, 5)

    def test_ratings_stay_within_the_company(self):
        rating = self._rate(self._done(), 4)
        other = self._create_user("other", "field_service.group_manager")
        other.write(
            {
                "company_ids": [Command.set(self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        with self.assertRaises(AccessError):
            rating.with_user(other).read(["rating"])

    def test_ratings_of_others_are_left_alone(self):
        rating = self.env["rating.rating"].create(
            {
                "res_model_id": self.env.ref("base.model_res_partner").id,
                "res_id": self.partner.id,
                "rating": 3,
                "consumed": True,
            }
        )
        self.assertEqual(rating.with_user(self.dispatcher).rating, 3)
        rating.with_user(self.dispatcher).feedback = "Noted"


@tagged("post_install", "-at_install")
class TestRatingPage(RatingCommon, HttpCase):
    def test_a_customer_rates_without_a_login(self):
        order = self._done()
        token = order.rating_ids.access_token
        page = self.url_open(f"/rate/{token}/5")
        self.assertEqual(page.status_code, 200)
        self.assertFalse(order.rating_ids.consumed)
        page = self.url_open(
            f"/rate/{token}/submit_feedback",
            data={"rate": 1, "feedback": "Leaks again", "csrf_token": self._csrf(page)},
        )
        self.assertEqual(page.status_code, 200)
        order.invalidate_recordset()
        self.assertEqual(
            (order.rating_last_value, order.rating_last_feedback), (1, "Leaks again")
        )
        self.assertEqual(order.activity_ids.user_id, self.dispatcher)
        self.assertEqual(self.url_open("/rate/wrong/5").status_code, 404)

    def _csrf(self, page):
        marker = 'name="csrf_token" value="'
        return page.text.split(marker)[1].split('"')[0]
