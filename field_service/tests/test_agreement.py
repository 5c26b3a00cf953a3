from datetime import date, datetime, timedelta
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged

from .common_agreement import AgreementCommon

GENERATION = "odoo.addons.field_service.models.field_service_agreement_generation"


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 06:00:00")
class TestAgreement(AgreementCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.asset = cls._create_asset("Boiler", site_id=cls.site.id)

    def _close(self, order):
        visit = self._create_visit(order, start=datetime(2026, 3, 2, 5))
        self._work(visit, hours=0.5)
        return order

    def test_orders_are_made_and_released_within_the_horizon(self):
        agreement = self._create_agreement(
            [{"asset_ids": self.asset.ids, "technician_id": self.technician.id}]
        )
        self.assertEqual(len(agreement.occurrence_ids), 9, "60 days ahead")
        orders = agreement.order_ids.sorted("requested_start")
        self.assertEqual(len(orders), 3, "14 days ahead")
        self.assertRecordValues(
            orders[0],
            [
                {
                    "state": "released",
                    "origin": agreement.name,
                    "partner_id": self.partner.id,
                    "site_id": self.site.id,
                    "asset_ids": self.asset.ids,
                    "planned_hours": 2.0,
                    "preferred_technician_id": self.technician.id,
                    "requested_start": datetime(2026, 3, 2, 7),
                    "requested_stop": datetime(2026, 3, 2, 9),
                }
            ],
        )

    def test_what_the_gate_refuses_stays_new(self):
        reasons = {"released": ["The papers are missing."]}
        gate = type(self.env["field.service.order"])
        with patch.object(
            gate, "_get_reasons_released", lambda order: reasons["released"]
        ):
            agreement = self._create_agreement([{}])
        self.assertEqual(set(agreement.order_ids.mapped("state")), {"draft"})
        self.assertIn("papers", agreement.order_ids[0].message_ids[0].body)

    def test_generating_again_changes_nothing(self):
        agreement = self._create_agreement([{}, {"repeat_unit": "month"}])
        before = self._get_dates(agreement), set(agreement.order_ids.ids)
        for _again in range(2):
            agreement.action_generate()
            agreement.generated_on = False
            self._run_cron()
            agreement.invalidate_recordset()
            self.assertEqual(
                (self._get_dates(agreement), set(agreement.order_ids.ids)), before
            )

    def test_the_cron_goes_on_day_by_day(self):
        agreement = self._create_agreement([{}])
        with freeze_time("2026-03-09 06:00:00"):
            self._run_cron()
        agreement.invalidate_recordset()
        self.assertEqual(len(agreement.order_ids), 4)
        self.assertEqual(agreement.generated_on, date(2026, 3, 9))

    # ------------------------------------------------------------------- moving
    def test_moving_one_occurrence_moves_no_other(self):
        """Peer 8: by three days and four hours, as in the peer that lost its series."""
        agreement = self._create_agreement([{}])
        before = self._get_dates(agreement)
        moved = agreement.occurrence_ids.sorted("number")[1]
        moved.with_user(self.dispatcher).planned_date += timedelta(days=3, hours=4)
        with freeze_time("2026-03-16 06:00:00"):
            agreement.generated_on = False
            self._run_cron()
        agreement.invalidate_recordset()
        expected = [before[0], "03-12 11:00", *before[2:]]
        self.assertEqual(self._get_dates(agreement)[: len(before)], expected)
        self.assertEqual(
            self._get_dates(agreement, "original_date")[: len(before)], before
        )
        self.assertTrue(moved.is_moved)
        self.assertEqual(moved.order_id.requested_start, datetime(2026, 3, 12, 11))
        self.assertIn("moved from", agreement.message_ids[0].body)
        later = agreement.order_ids.sorted("requested_start")[-1]
        self.assertEqual(later.requested_start, datetime(2026, 3, 30, 6))

    def test_the_last_occurrence_moved_leaves_the_next_ones_alone(self):
        agreement = self._create_agreement([{}], plan_days=14)
        agreement.occurrence_ids.sorted("number")[-1].planned_date += timedelta(days=3)
        with freeze_time("2026-03-16 06:00:00"):
            self._run_cron()
        agreement.invalidate_recordset()
        self.assertEqual(
            self._get_dates(agreement)[-3:],
            ["03-19 07:00", "03-23 07:00", "03-30 06:00"],
        )

    def test_with_visits_the_visit_is_moved(self):
        agreement = self._create_agreement([{}])
        first, second = agreement.occurrence_ids.sorted("number")[:2]
        self._create_visit(first.order_id)
        with self.assertRaisesRegex(UserError, "move the visit"):
            first.planned_date += timedelta(days=1)
        self._close(second.order_id)
        with self.assertRaisesRegex(UserError, "cannot be moved"):
            second.planned_date += timedelta(days=1)

    def test_several_are_moved_in_one_write(self):
        agreement = self._create_agreement([{}])
        occurrences = agreement.occurrence_ids.sorted("number")[-2:]
        occurrences.write({"planned_date": datetime(2026, 4, 25, 8)})
        self.assertEqual(occurrences.mapped("is_moved"), [True, True])

    # ----------------------------------------------------------------- holidays
    def test_a_holiday_moves_one_occurrence_of_one_company(self):
        self._create_holiday(date(2026, 3, 23))
        ours = self._create_agreement([{"day_off_policy": "next"}])
        theirs = self._create_agreement(
            [{"day_off_policy": "next"}], company_id=self.company_b.id, user_id=False
        )
        keep = self._create_agreement([{}])
        expected = self._get_dates(keep)
        self.assertEqual(self._get_dates(theirs), expected)
        expected[3] = "03-24 07:00"
        self.assertEqual(self._get_dates(ours), expected)

    def test_a_holiday_that_comes_and_goes(self):
        agreement = self._create_agreement(
            [{"day_off_policy": "next"}, {"day_off_policy": "skip"}]
        )
        moving, skipping = agreement.line_ids
        holiday = self._create_holiday(date(2026, 3, 23))
        agreement.action_generate()
        fourth = moving.occurrence_ids.sorted("number")[3]
        skipped = skipping.occurrence_ids.sorted("number")[3]
        self.assertEqual(fourth.planned_date, datetime(2026, 3, 24, 7))
        self.assertFalse(fourth.is_moved)
        self.assertEqual(skipped.state, "skipped")
        self.assertEqual(skipped.skip_kind, "day_off")
        holiday.unlink()
        agreement.action_generate()
        self.assertEqual(fourth.planned_date, fourth.original_date)
        self.assertEqual(skipped.state, "owed")

    def test_what_was_moved_by_hand_stays_on_a_holiday(self):
        agreement = self._create_agreement([{"day_off_policy": "next"}])
        fourth = agreement.occurrence_ids.sorted("number")[3]
        fourth.planned_date = datetime(2026, 3, 26, 7)
        self._create_holiday(date(2026, 3, 26))
        self._create_holiday(date(2026, 3, 23))
        agreement.action_generate()
        self.assertEqual(fourth.planned_date, datetime(2026, 3, 26, 7))

    def test_weekends(self):
        agreement = self._create_agreement(
            [{"day_off_policy": "next", "sat": True, "anchor_date": "2026-03-07"}]
        )
        self.assertEqual(self._get_dates(agreement)[0], "03-09 07:00")
        self.assertEqual(self._get_dates(agreement, "original_date")[0], "03-07 07:00")

    def test_a_calendar_without_working_days_is_told(self):
        closed = self.env["resource.calendar"].create(
            {"name": "Closed", "company_id": self.company.id, "attendance_ids": []}
        )
        closed.attendance_ids.unlink()
        agreement = self._create_agreement(
            [{"day_off_policy": "next", "calendar_id": closed.id}]
        )
        self.assertIn("No working day follows", agreement.generation_error)

    # ----------------------------------------------------------------- failures
    def test_a_failing_agreement_stops_no_other(self):
        """Peer 8: one failing order took the run of all contracts with it."""
        broken_type = self.job_type.copy({"name": "Given up"})
        agreements = [
            self._create_agreement(lines, activate=False)
            for lines in ([{}], [{"job_type_id": broken_type.id}, {}], [{}])
        ]
        first, broken, last = agreements
        broken_type.active = False
        for agreement in agreements:
            agreement.action_activate()
            agreement.order_ids.action_cancel()
        with freeze_time("2026-03-09 06:00:00"):
            self._run_cron()
        for agreement in agreements:
            agreement.invalidate_recordset()
        self.assertEqual(len(first.order_ids), 4)
        self.assertEqual(len(last.order_ids), 4)
        self.assertEqual(len(broken.order_ids), 4, "its other line goes on")
        self.assertIn("“Given up” is archived", broken.generation_error)
        activity = broken.activity_ids
        self.assertEqual(activity.user_id, self.dispatcher, "one, not one a day")
        self.assertIn("archived", activity.note)
        broken_type.active = True
        with freeze_time("2026-03-10 06:00:00"):
            self._run_cron()
        broken.invalidate_recordset()
        self.assertFalse(broken.generation_error)
        self.assertFalse(broken.activity_ids)
        self.assertEqual(len(broken.order_ids), 8)

    def test_an_unexpected_error_stops_no_other_either(self):
        first = self._create_agreement([{}])
        last = self._create_agreement([{}])
        line_class = type(self.env["field.service.agreement.line"])
        original = line_class._generate

        def fail(line):
            if line.agreement_id == first:
                self.env.cr.execute("SELECT 1/0")
            return original(line)

        with (
            freeze_time("2026-03-09 06:00:00"),
            patch.object(line_class, "_generate", fail),
            self.assertLogs(GENERATION, "ERROR"),
            self.assertLogs("odoo.sql_db", "ERROR"),
        ):
            self._run_cron()
        (first + last).invalidate_recordset()
        self.assertIn("division by zero", first.generation_error)
        self.assertEqual(len(last.order_ids), 4)

    # ------------------------------------------------------------- owed and done
    def test_owed_and_done(self):
        agreement = self._create_agreement([{}], date_start="2026-02-01")
        first, second, third = agreement.occurrence_ids.sorted("number")[:3]
        self.assertEqual(first.state, "generated")
        self._close(first.order_id)
        self.assertEqual(first.state, "done")
        second.order_id.action_cancel()
        self.assertEqual(second.state, "owed", "visible, and not made again by itself")
        agreement.action_generate()
        self.assertEqual(second.order_id.state, "cancelled")
        third.order_id.action_cancel()
        with self.assertRaisesRegex(UserError, "Say why"):
            third.action_skip()
        third.skip_reason = "The plant is closed"
        third.with_user(self.dispatcher).action_skip()
        self.assertEqual(third.state, "skipped")
        with freeze_time("2026-03-20 06:00:00"):
            agreement.invalidate_recordset()
            self.assertRecordValues(
                agreement,
                [
                    {
                        "owed_count": 2,
                        "done_count": 1,
                        "skipped_count": 1,
                        "overdue_count": 1,
                        "next_date": datetime(2026, 3, 23, 7),
                    }
                ],
            )
        with patch.object(
            type(first.order_id), "_get_reasons_closed", lambda order: []
        ):
            first.order_id.action_close()
        self.assertEqual(first.state, "done")

    def test_a_cancelled_order_is_made_anew_on_demand(self):
        agreement = self._create_agreement([{}])
        occurrence = agreement.occurrence_ids.sorted("number")[0]
        dead = occurrence.order_id
        with self.assertRaisesRegex(UserError, "no order can be made"):
            occurrence.action_generate()
        dead.action_cancel()
        occurrence.with_user(self.dispatcher).action_generate()
        self.assertEqual(occurrence.state, "generated")
        self.assertNotEqual(occurrence.order_id, dead)
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            dead.action_draft()
            self.env.flush_all()

    def test_a_skipped_occurrence_is_owed_again(self):
        agreement = self._create_agreement([{}])
        made, later = agreement.occurrence_ids.sorted("number")[1:4:2]
        made.skip_reason = later.skip_reason = "Closed"
        with self.assertRaisesRegex(UserError, "cancel that first"):
            made.action_skip()
        later.action_skip()
        with self.assertRaisesRegex(UserError, "cannot be moved"):
            later.planned_date += timedelta(days=1)
        later.action_owe()
        self.assertEqual(later.state, "owed")

    # -------------------------------------------------------------- life of one
    def test_the_anchor_and_the_rule_are_for_ever(self):
        agreement = self._create_agreement([{}])
        line = agreement.line_ids
        for values in (
            {"anchor_date": "2026-03-03"},
            {"anchor_hour": 9.0},
            {"repeat_interval": 2},
            {"tz": "UTC"},
            {"tue": True},
        ):
            with self.assertRaisesRegex(UserError, "settled since"):
                line.write(values)
        line.write({"anchor_date": "2026-03-02", "anchor_hour": 8.0})
        line.site_id = self.partner
        self.assertEqual(line.tz, "Europe/Berlin")
        with self.assertRaisesRegex(UserError, "settled since"):
            agreement.date_start = "2026-03-01"

    def test_an_end_drops_what_is_not_owed_any_more(self):
        agreement = self._create_agreement([{}])
        orders = agreement.order_ids
        agreement.line_ids.until = "2026-03-24"
        self.assertEqual(len(agreement.occurrence_ids), 4)
        agreement.line_ids.until = "2026-04-07"
        self.assertEqual(len(agreement.occurrence_ids), 6, "and it comes back")
        agreement.line_ids.repeat_count = 5
        self.assertEqual(len(agreement.occurrence_ids), 5)
        agreement.date_end = "2026-03-10"
        self.assertEqual(
            self._get_dates(agreement), ["03-02 07:00", "03-09 07:00", "03-16 07:00"]
        )
        self.assertEqual(agreement.order_ids, orders, "orders stay")

    def test_another_line_joins_a_running_agreement(self):
        agreement = self._create_agreement([{}])
        agreement.line_ids = [
            Command.create(self._prepare_line_values(anchor_date="2026-03-04"))
        ]
        self.assertEqual(len(agreement.order_ids), 5)
        with self.assertRaisesRegex(UserError, "has work orders"):
            agreement.line_ids[0].unlink()

    def test_suspended_means_not_owed(self):
        agreement = self._create_agreement([{}])
        agreement.action_suspend()
        with self.assertRaisesRegex(UserError, "not active"):
            agreement.action_generate()
        with freeze_time("2026-04-01 06:00:00"):
            self._run_cron()
            agreement.invalidate_recordset()
            self.assertEqual(len(agreement.order_ids), 3)
            agreement.action_activate()
            states = agreement.occurrence_ids.sorted("number")[:7].mapped("state")
        self.assertEqual(
            states, [*["generated"] * 3, "skipped", "skipped", "generated", "generated"]
        )
        self.assertFalse(agreement.suspended_on)

    def test_ending(self):
        agreement = self._create_agreement([{}])
        agreement.action_end()
        self.assertEqual(agreement.date_end, date(2026, 3, 2))
        self.assertEqual(len(agreement.occurrence_ids), 3, "those with orders")
        self.assertIn(agreement.order_ids[0].name, agreement.message_ids[0].body)
        with freeze_time("2026-03-05 06:00:00"):
            with self.assertRaisesRegex(ValidationError, "extend it first"):
                agreement.action_activate()
            agreement.date_end = "2026-04-30"
            agreement.action_activate()
            self.assertEqual(len(agreement.occurrence_ids), 9)

    def test_the_cron_ends_what_is_over(self):
        agreement = self._create_agreement([{}], date_end="2026-03-20")
        with freeze_time("2026-03-23 06:00:00"):
            self._run_cron()
        agreement.invalidate_recordset()
        self.assertEqual(agreement.state, "ended")

    def test_cancelling_before_the_start(self):
        agreement = self._create_agreement(
            [{"anchor_date": "2026-03-30"}], date_start="2026-03-30"
        )
        agreement.action_cancel()
        self.assertFalse(agreement.occurrence_ids)
        agreement.action_draft()
        agreement.unlink()
        self.assertFalse(agreement.exists())

    def test_an_agreement_with_history_is_not_deleted(self):
        agreement = self._create_agreement([{}])
        with self.assertRaisesRegex(UserError, "has a history"):
            agreement.unlink()
        agreement.action_cancel()
        with self.assertRaisesRegex(ValidationError, "has a history"):
            agreement.action_draft()
        copy = agreement.copy()
        self.assertRecordValues(
            copy, [{"state": "draft", "occurrence_ids": [], "generated_on": False}]
        )
        self.assertEqual(len(copy.line_ids), 1)

    def test_its_own_analytic_account(self):
        agreement = self._create_agreement([{}])
        self.assertFalse(agreement.analytic_account_id, "made at the first need")
        account = agreement._get_analytic_account()
        self.assertEqual(
            account.plan_id, self.env.ref("field_service.analytic_plan_work_orders")
        )
        agreement.action_end()
        self.assertFalse(account.active)

    def test_many_at_once(self):
        agreements = self._create_agreement([{}], activate=False)
        agreements += self._create_agreement([{}], activate=False)
        agreements.action_activate()
        agreements.action_suspend()
        agreements.action_activate()
        agreements.action_generate()
        self.assertEqual(agreements.mapped("order_count"), [3, 3])
        agreements.action_end()

    # ------------------------------------------------------------------- people
    def test_companies_are_apart(self):
        theirs = self._create_agreement(
            [{}], company_id=self.company_b.id, user_id=False
        )
        self.assertEqual(theirs.order_ids.company_id, self.company_b)
        self.assertEqual(theirs.occurrence_ids.company_id, self.company_b)
        ours = self._create_agreement([{}])
        for model in ("agreement", "agreement.line", "agreement.occurrence"):
            records = self.env[f"field.service.{model}"].with_user(self.dispatcher)
            self.assertEqual(records.search([]).company_id, self.company)
        with self.assertRaises(UserError):
            self._create_agreement([{"technician_id": self.technician_b.id}])
        with self.assertRaises(UserError):
            ours.order_ids[0].agreement_id = theirs

    def test_a_dispatcher_does_all_of_it(self):
        agreement = (
            self.env["field.service.agreement"]
            .with_user(self.dispatcher)
            .create(
                {
                    "partner_id": self.partner.id,
                    "date_start": "2026-03-02",
                    "line_ids": [
                        Command.create(self._prepare_line_values(day_off_policy="next"))
                    ],
                }
            )
        )
        agreement.action_activate()
        self.assertFalse(agreement.generation_error)
        agreement.occurrence_ids[-1].planned_date += timedelta(hours=1)
        agreement.date_end = "2026-03-20"
        agreement.action_suspend()
        agreement.action_activate()
        agreement.action_end()
        self.assertEqual(agreement.owed_count, 0)
        with self.assertRaises(AccessError):
            agreement.unlink()
        occurrence = agreement.occurrence_ids[0]
        with self.assertRaises(AccessError):
            occurrence.unlink()
        for values in ({"number": 9}, {"skip_kind": "manual"}, {"is_moved": False}):
            with self.assertRaisesRegex(UserError, "only its date"):
                occurrence.write(values)
        with self.assertRaises(AccessError):
            occurrence.copy({"number": 99})

    def test_the_forms_of_a_dispatcher(self):
        agreements = self.env["field.service.agreement"].with_user(self.dispatcher)
        with Form(agreements) as form:
            form.partner_id = self.partner
            with form.line_ids.new() as line:
                line.job_type_id = self.job_type
                line.asset_ids.add(self.asset)
                line.technician_id = self.technician
                self.assertEqual(line.planned_hours, 2.0)
                self.assertEqual(line.site_id, self.site)
                line.anchor_date = "2026-03-31"
        agreement = form.save()
        self.assertEqual(agreement.line_ids.tz, "Europe/Berlin")
        self.assertEqual(agreement.line_ids.month_day, 31)
        self.assertEqual(agreement.line_ids.calendar_id.company_id, self.company)
        agreement.action_activate()
        agreement.line_ids.technician_id = self.technician
        with Form(agreement.occurrence_ids[0]) as form:
            form.planned_date = datetime(2026, 4, 1, 9)
        self.assertTrue(agreement.occurrence_ids[0].is_moved)
        action = agreement.with_context(search_default_done=1).action_view_occurrences()
        self.assertEqual(action["context"], {"search_default_done": 1})
        self.assertEqual(
            agreement.action_view_orders()["res_model"], "field.service.order"
        )

    def test_a_technician_sees_his_order_and_no_agreement(self):
        agreement = self._create_agreement([{}])
        order = agreement.order_ids[0]
        self._create_visit(order, start=datetime(2026, 3, 2, 5))
        for model in ("agreement", "agreement.line", "agreement.occurrence"):
            records = self.env[f"field.service.{model}"].with_user(self.user_technician)
            with self.assertRaises(AccessError):
                records.search([])
        mine = order.with_user(self.user_technician)
        self.assertEqual(mine.read(["origin"])[0]["origin"], agreement.name)
        self._work(order.with_user(self.user_technician).visit_ids, hours=0.5)
        self.assertEqual(order.agreement_occurrence_id.state, "done")

    def test_an_accountant_reads_and_changes_nothing(self):
        accountant = self._create_user("accountant", "account.group_account_user")
        agreement = self._create_agreement([{}]).with_user(accountant)
        self.assertEqual(agreement.done_count, 0)
        later = agreement.occurrence_ids.sorted("number")[-1]
        for forbidden in (
            lambda: agreement.write({"reference": "x"}),
            agreement.action_generate,
            agreement.action_end,
            lambda: later.write({"planned_date": datetime(2026, 5, 1)}),
            lambda: later._skip("manual", "x"),
            later.action_generate,
            later.action_owe,
        ):
            with self.assertRaises(AccessError):
                forbidden()
