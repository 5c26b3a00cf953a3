from datetime import date, datetime

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, freeze_time, tagged

from .fee_common import FeeCommon


@tagged("post_install", "-at_install")
class TestAgreementRenewal(FeeCommon):
    def _create_yearly(self, **values):
        return self._create_fee_agreement(
            {"interval": "year", "price_unit": 1200.0},
            **{"date_end": date(2026, 12, 31), "user_id": self.manager.id, **values},
        )

    @freeze_time("2026-11-10 08:00:00")
    def test_the_responsible_is_reminded_once_before_notice_ends(self):
        agreement = self._create_yearly()
        # 31 December less 30 days: notice until 1 December, reminder from 1 November.
        self.assertEqual(agreement.notice_date, date(2026, 12, 1))
        self.assertFalse(agreement._needs_renewal(date(2026, 10, 31)))
        self.assertTrue(agreement._needs_renewal(date(2026, 11, 1)))
        agreement._follow_renewal()
        self.assertFalse(agreement._needs_renewal(date(2026, 11, 11)))
        activity = agreement.activity_ids
        self.assertEqual(activity.user_id, self.manager)
        self.assertEqual(activity.date_deadline, date(2026, 12, 1))
        agreement._renew(date(2027, 12, 31))
        self.assertFalse(agreement.activity_ids)
        self.assertEqual(agreement.date_end, date(2027, 12, 31))
        self.assertEqual(agreement.term_start, date(2027, 1, 1))

    def test_auto_renewal_keeps_fees_and_lines(self):
        with freeze_time("2026-11-10 08:00:00"):
            agreement = self._create_yearly(renewal="auto")
            self._bill_until(agreement, date(2026, 11, 10))
            self.assertFalse(agreement.next_fee_date)
            agreement._follow_renewal()
            self.assertEqual(agreement.date_end, date(2026, 12, 31), "only reminded")
        with freeze_time("2026-12-02 08:00:00"):
            agreement._follow_renewal()
        self.assertEqual(agreement.date_end, date(2027, 12, 31))
        self.assertEqual(agreement.renewal_count, 1)
        self.assertEqual(agreement.next_fee_date, date(2027, 1, 1))

    def test_what_renews_by_itself_does_not_expire(self):
        with freeze_time("2026-06-10 08:00:00"):
            auto = self._create_yearly(renewal="auto")
            ends = self._create_yearly(renewal="none")
        with freeze_time("2027-01-05 08:00:00"):
            (auto | ends)._expire()
        self.assertEqual(auto.state, "active")
        self.assertEqual(auto.date_end, date(2027, 12, 31))
        self.assertEqual(ends.state, "ended")

    @freeze_time("2026-06-10 08:00:00")
    def test_renewed_by_wizard_at_a_new_price(self):
        agreement = self._create_yearly()
        self._bill_until(agreement, date(2026, 6, 10))
        wizards = self.env["field.service.renewal.wizard"].with_user(self.clerk)
        form = Form(wizards.with_context(default_agreement_id=agreement.id))
        self.assertEqual(form.date_end, date(2027, 12, 31))
        form.price_change = 10.0
        form.save().action_confirm()
        invoice = self._bill_until(agreement, date(2027, 1, 1))
        self.assertEqual(invoice.amount_untaxed, 1320.0)  # 1200 x 1.1
        with self.assertRaisesRegex(UserError, "after it"):
            agreement._renew(date(2027, 12, 31))

    @freeze_time("2026-06-10 08:00:00")
    def test_the_dispatcher_renews_without_seeing_prices(self):
        agreement = self._create_yearly()
        wizards = self.env["field.service.renewal.wizard"].with_user(self.dispatcher)
        wizard = wizards.create({"agreement_id": agreement.id})
        self.assertNotIn("price_change", wizards.fields_get())
        wizard.action_confirm()
        self.assertEqual(agreement.date_end, date(2027, 12, 31))

    def test_an_ended_agreement_is_taken_up_again(self):
        with freeze_time("2026-06-10 08:00:00"):
            agreement = self._create_yearly()
        with freeze_time("2027-03-10 08:00:00"):
            agreement.action_end()
            self.assertEqual(agreement.state, "ended")
            agreement._renew(agreement._get_renewed_end())
        self.assertEqual(agreement.state, "active")
        self.assertEqual(agreement.date_end, date(2027, 12, 31))
        open_end = self._create_fee_agreement()
        with self.assertRaisesRegex(UserError, "no last day"):
            open_end._renew(date(2030, 1, 1))

    @freeze_time("2026-03-10 08:00:00")
    def test_a_new_term_includes_everything_anew(self):
        agreement = self._create_agreement(
            date_end=date(2026, 3, 31),
            coverage={"labour_scope": "hours", "included_hours": 2.0, "period": "term"},
        )
        order = self._create_worked_order(2.0)
        line = agreement.coverage_ids
        self.assertEqual(order.coverage_agreement_line_id, line)
        self.assertEqual(line.used_hours, 2.0)
        agreement._renew(date(2027, 3, 31))
        self.assertEqual(
            line._get_period(date(2026, 3, 2)), (date(2026, 1, 1), date(2026, 3, 31))
        )
        self.assertEqual(
            line._get_period(date(2026, 4, 1)), (date(2026, 4, 1), date(2027, 3, 31))
        )
        self.assertFalse(line._get_use(date(2026, 4, 1)).hours)


@tagged("post_install", "-at_install")
class TestVisitsOwed(FeeCommon):
    @freeze_time("2026-04-20 08:00:00")
    def test_owed_done_missed_and_moved(self):
        agreement = self._create_fee_agreement(activate=False)
        agreement.write(
            {
                "date_end": date(2026, 6, 30),
                "horizon_days": 0,
                "line_ids": [
                    Command.create(
                        {
                            "job_type_id": self.job_type.id,
                            "repeat_unit": "month",
                            "anchor_date": date(2026, 1, 15),
                            "anchor_hour": 9.0,
                            "day_off_policy": "keep",
                        }
                    )
                ],
            }
        )
        agreement.action_activate()
        # 15 January to 15 June: six. The first is done, the second skipped, the fifth
        # moved into June; of what is past, March and April are missed.
        first, second, _third, _fourth, fifth, _sixth = agreement.occurrence_ids.sorted(
            "original_date"
        )
        second.skip_reason = "The customer was closed"
        order = first.order_id or first._make_orders()
        visit = self._create_visit(order, start=datetime(2026, 1, 15, 9))
        self._work(visit, 1.0)
        if second.order_id:
            second.order_id.action_cancel()
        second.action_skip()
        fifth.planned_date = datetime(2026, 6, 3, 9)
        self.env.flush_all()
        report = self.env["field.service.agreement.visit.report"]
        [figures] = report.with_user(self.dispatcher)._read_group(
            [("agreement_id", "=", agreement.id)],
            [],
            [
                "owed:sum",
                "done:sum",
                "missed:sum",
                "coming:sum",
                "moved:sum",
                "skipped:sum",
            ],
        )
        self.assertEqual(figures, (5, 1, 2, 2, 1, 1))
        [(_month, moved)] = report._read_group(
            [("agreement_id", "=", agreement.id), ("moved", "=", 1)],
            ["date:month"],
            ["moved:sum"],
        )
        self.assertEqual((_month.month, moved), (5, 1), "owed in May")
        action = agreement.action_view_visits()
        self.assertEqual(action["res_model"], report._name)
