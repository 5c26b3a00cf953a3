from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MONDAY, FieldServiceCommon


@tagged("post_install", "-at_install")
class TestReview(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["field.service.review.criterion"].search([]).active = False
        cls.install = cls.env["field.service.job.type"].create({"name": "Installation"})
        cls.work, cls.photos = cls.env["field.service.review.criterion"].create(
            [{"name": "Work"}, {"name": "Photos"}]
        )
        cls.env["field.service.review.criterion"].create(
            [
                {"name": "Mounting", "job_type_ids": [Command.set(cls.install.ids)]},
                {"name": "Elsewhere", "company_id": cls.company_b.id},
            ]
        )
        cls.days = 0

    def _done(self, **values):
        order = self._create_order(**values)
        start = MONDAY + timedelta(days=type(self).days)
        type(self).days += 1
        self._work(self._create_visit(order, start=start), hours=1.0)
        self.assertEqual(order.state, "done")
        return order

    def _review(self, order, user=None):
        action = order.with_user(user or self.manager).action_review()
        return self.env["field.service.review"].browse(action["res_id"])

    def test_a_manager_reviews_a_job(self):
        order = self._done()
        review = self._review(order).with_user(self.manager)
        self.assertEqual(review.technician_id, self.technician)
        self.assertEqual(review.reviewer_id, self.manager)
        self.assertEqual(review.line_ids.mapped("name"), ["Work", "Photos"])
        review.line_ids[0].score = "5"
        with self.assertRaisesRegex(UserError, "Photos"):
            review.action_done()
        review.line_ids[1].score = "2"
        review.action_done()
        self.assertEqual((review.state, review.score), ("done", 3.5))
        self.assertTrue(review.date)
        with self.assertRaisesRegex(UserError, "kept"):
            review.unlink()
        review.action_reopen()
        self.assertFalse(review.date)

    def test_criteria_of_the_job_type(self):
        review = self._review(self._done(job_type_id=self.install.id))
        self.assertEqual(review.line_ids.mapped("name"), ["Work", "Photos", "Mounting"])

    def test_the_same_review_is_opened_until_it_is_finished(self):
        order = self._done()
        review = self._review(order)
        self.assertEqual(self._review(order), review)
        review.line_ids.score = "4"
        review.action_done()
        self.assertNotEqual(self._review(order), review)
        self.assertEqual(order.review_count, 2)

    def test_nobody_reviews_his_own_job(self):
        self.user_technician.group_ids += self.env.ref("field_service.group_manager")
        order = self._done()
        with self.assertRaisesRegex(ValidationError, "nobody reviews his own job"):
            self._review(order, self.user_technician)
        review = self._review(order)
        with self.assertRaises(ValidationError):
            review.reviewer_id = self.user_technician
        helper = self._create_user("helper", "field_service.group_manager")
        self._create_technician("Helper", user_id=helper.id)
        order.visit_ids.crew_ids = helper.employee_ids
        with self.assertRaises(ValidationError):
            review.reviewer_id = helper

    def test_what_is_not_done_is_not_reviewed(self):
        order = self._create_order()
        with self.assertRaisesRegex(UserError, "once it is done"):
            self._review(order)
        with self.assertRaisesRegex(ValidationError, "nothing to review"):
            self.env["field.service.review"].create({"order_id": order.id})

    def test_every_second_order_is_in_the_sample(self):
        self.job_type.review_percentage = 50
        orders = [self._done() for _number in range(4)]
        other = self._done(job_type_id=self.install.id)
        self.assertEqual([order.review_count for order in orders], [0, 1, 0, 1])
        self.assertFalse(other.review_ids)
        review = orders[1].review_ids
        self.assertEqual(review.state, "requested")
        self.assertFalse(review.reviewer_id)
        orders[1].action_reopen()
        orders[1].action_done()
        self.assertEqual(orders[1].review_ids, review)

    def test_the_company_says_it_for_all_job_types(self):
        self.company.service_review_percentage = 100
        self.assertEqual(self._done(job_type_id=self.install.id).review_count, 1)
        self.job_type.review_percentage = 33.34
        orders = [self._done() for _number in range(3)]
        self.assertEqual([order.review_count for order in orders], [0, 0, 1])

    def test_a_technician_sees_his_own_when_it_is_finished(self):
        review = self._review(self._done())
        reviews = self.env["field.service.review"]
        self.assertFalse(reviews.with_user(self.user_technician).search([]))
        review.line_ids.score = "4"
        review.action_done()
        own = reviews.with_user(self.user_technician).search([])
        self.assertEqual(own, review)
        self.assertEqual(own.line_ids.mapped("score"), ["4", "4"])
        with self.assertRaises(AccessError):
            own.line_ids.score = "5"
        self.assertFalse(reviews.with_user(self.dispatcher).search([]))
        with self.assertRaises(AccessError):
            review.order_id.with_user(self.dispatcher).read(["review_count"])
        with self.assertRaises(AccessError):
            review.order_id.with_user(self.dispatcher).action_review()

    def test_reviews_stay_within_the_company(self):
        review = self._review(self._done())
        other = self._create_user("other", "field_service.group_manager")
        other.write(
            {
                "company_ids": [Command.set(self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        with self.assertRaises(AccessError):
            review.with_user(other).read(["score"])
        with self.assertRaises(AccessError):
            review.line_ids.with_user(other).read(["score"])

    def test_a_share_is_a_share(self):
        for record, name in (
            (self.job_type, "review_percentage"),
            (self.company, "service_review_percentage"),
        ):
            with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
                with self.env.cr.savepoint():
                    record[name] = 101
                    record.flush_recordset()
            record.invalidate_recordset()
