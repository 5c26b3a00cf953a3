from odoo import fields, models
from odoo.tools import SQL

# Why somebody had to come again, see field.service.reason.
RETURN_CAUSES = ("part", "skill", "diagnosis", "access", "time")
# From how many points on a job has passed its review.
PASS_SCORE = 4


class FieldServiceOrderQuality(models.AbstractModel):
    """Columns of the report on work orders that say how good the work was.

    The callback window is that of the job type. An order counts for the first-time fix
    once its window has passed, and only if somebody came at all.
    """

    _name = "field.service.order.quality"
    _inherit = ["field.service.operations.mixin"]
    _description = "Quality of Work Orders"

    # Did it last
    fix_due = fields.Integer(
        string="Callback Window Passed",
        readonly=True,
        help="Completed orders somebody came to, whose callback window has passed.",
    )
    first_fix = fields.Integer(
        string="Fixed the First Time",
        readonly=True,
        help="Done in exactly one visit, and nobody was called back within the window.",
    )
    fix_open = fields.Integer(
        string="Callback Window Open",
        readonly=True,
        help="Completed orders somebody came to, whose callback window is still open.",
    )
    first_fix_open = fields.Integer(
        string="Fixed the First Time, until Now",
        readonly=True,
        help="Done in one visit, without a callback until now. It can only get worse.",
    )
    callback_orders = fields.Integer(
        string="Orders with a Callback Window",
        readonly=True,
        help="Completed orders of job types with a callback window.",
    )
    callbacks = fields.Integer(
        readonly=True,
        help="Orders received within the window because this one did not last; "
        "cancelled ones do not count.",
    )
    # Who had to come again
    visited_orders = fields.Integer(
        string="Orders Somebody Came to",
        readonly=True,
        help="Completed orders with a completed visit.",
    )
    return_visit = fields.Integer(
        string="Orders with a Return Visit",
        readonly=True,
        help="Completed orders with more than one completed visit.",
    )
    return_part = fields.Integer(string="Return for a Part", readonly=True)
    return_skill = fields.Integer(string="Return for a Skill", readonly=True)
    return_diagnosis = fields.Integer(string="Return after Diagnosis", readonly=True)
    return_access = fields.Integer(string="Return for Access", readonly=True)
    return_time = fields.Integer(string="Return for Time", readonly=True)
    # Documents and reviews
    documented = fields.Integer(
        string="Orders with Questions",
        readonly=True,
        help="Completed orders with a mandatory question.",
    )
    questions = fields.Integer(string="Mandatory Questions", readonly=True)
    answers = fields.Integer(string="Mandatory Questions Answered", readonly=True)
    reviewed = fields.Integer(
        string="Reviewed Orders",
        readonly=True,
        help="A service manager has looked at the job again.",
    )
    review_passed = fields.Integer(
        string="Reviews Passed", readonly=True, help="The last review gave at least 4."
    )
    overrides = fields.Integer(
        string="Completed All the Same",
        readonly=True,
        help="Completed although documents were missing.",
    )
    failures = fields.Integer(
        readonly=True,
        help="Completed repairs of equipment: job types that a warranty would pay for. "
        "A callback is no new failure.",
    )

    _depends = {
        "field.service.checklist.answer": [
            *("is_answered", "is_asked", "mandatory", "order_id")
        ],
        "field.service.job.type": ["callback_days", "is_warranty_work"],
        "field.service.order": [
            *("callback_of_id", "completed_on", "override_reason_id", "received_on"),
            "state",
        ],
        "field.service.reason": ["return_cause"],
        "field.service.review": ["date", "order_id", "score", "state"],
        "field.service.visit": ["order_id", "result", "return_reason_id", "state"],
    }

    # ------------------------------------------------------------------------ parts
    def _select_fields(self):
        return {
            **super()._select_fields(),
            **self._get_fix_figures(),
            **self._get_return_figures(),
            **self._get_document_figures(),
            **self._get_review_figures(),
            "failures": SQL(
                """CASE WHEN %s AND kind.is_warranty_work
                             AND work.callback_of_id IS NULL AND %s IS NOT NULL
                        THEN 1 END""",
                self._get_done_sql(),
                self._get_asset_sql(),
            ),
        }

    def _from(self):
        return SQL(
            "%s LEFT JOIN field_service_job_type kind ON kind.id = work.job_type_id",
            super()._from(),
        )

    def _get_done_sql(self) -> SQL:
        """Whether the order is completed, and figures count it."""
        return SQL(
            """(work.state IN ('done', 'closed') AND work.completed_on IS NOT NULL
                AND %s)""",
            self._get_counting_sql(),
        )

    # ---------------------------------------------------------------------- figures
    def _get_fix_figures(self) -> dict[str, SQL]:
        """First-time fixes and callbacks."""
        visits, callbacks = self._get_visits_sql(), self._get_callbacks_sql()
        watched = SQL("(%s AND kind.callback_days > 0)", self._get_done_sql())
        visited = SQL("(%s AND %s > 0)", watched, visits)
        passed = SQL(
            """work.completed_on + make_interval(days => kind.callback_days)
               <= NOW() AT TIME ZONE 'UTC'"""
        )
        due = SQL("(%s AND %s)", visited, passed)
        still = SQL("(%s AND NOT %s)", visited, passed)
        fixed = SQL("%s = 1 AND %s = 0", visits, callbacks)
        return {
            "fix_due": SQL("CASE WHEN %s THEN 1 END", due),
            "first_fix": self._get_flag_sql(due, fixed),
            "fix_open": SQL("CASE WHEN %s THEN 1 END", still),
            "first_fix_open": self._get_flag_sql(still, fixed),
            "callback_orders": SQL("CASE WHEN %s THEN 1 END", watched),
            "callbacks": SQL("CASE WHEN %s THEN %s END", watched, callbacks),
        }

    def _get_return_figures(self) -> dict[str, SQL]:
        """Orders that took more than one visit, by the reasons that were given."""
        visits = self._get_visits_sql()
        visited = SQL("%s AND %s > 0", self._get_done_sql(), visits)
        again = SQL("%s > 1", visits)
        return {
            "visited_orders": SQL("CASE WHEN %s THEN 1 END", visited),
            "return_visit": self._get_flag_sql(visited, again),
            **{
                f"return_{cause}": self._get_flag_sql(
                    visited, SQL("%s AND %s", again, self._get_cause_sql(cause))
                )
                for cause in RETURN_CAUSES
            },
        }

    def _get_document_figures(self) -> dict[str, SQL]:
        """Mandatory questions that had to be answered, and what was let pass."""
        done = self._get_done_sql()

        def count(condition):
            return SQL(
                """(SELECT COUNT(*) FROM field_service_checklist_answer answer
                     WHERE answer.order_id = work.id AND answer.mandatory
                       AND answer.is_asked AND %s)""",
                condition,
            )

        asked, given = count(SQL("TRUE")), count(SQL("answer.is_answered"))
        asked_at_all = SQL("%s AND %s > 0", done, asked)
        return {
            "documented": SQL("CASE WHEN %s THEN 1 END", asked_at_all),
            "questions": SQL("CASE WHEN %s THEN %s END", asked_at_all, asked),
            "answers": SQL("CASE WHEN %s THEN %s END", asked_at_all, given),
            "overrides": self._get_flag_sql(
                done, SQL("work.override_reason_id IS NOT NULL")
            ),
        }

    def _get_review_figures(self) -> dict[str, SQL]:
        """What the last finished review said."""
        score = SQL(
            """(SELECT review.score FROM field_service_review review
                 WHERE review.order_id = work.id AND review.state = 'done'
                 ORDER BY review.date DESC, review.id DESC LIMIT 1)"""
        )
        done = self._get_done_sql()
        return {
            "reviewed": self._get_flag_sql(done, SQL("%s IS NOT NULL", score)),
            "review_passed": self._get_flag_sql(
                SQL("%s AND %s IS NOT NULL", done, score),
                SQL("%s >= %s", score, PASS_SCORE),
            ),
        }

    # ---------------------------------------------------------------------- phrases
    def _get_visits_sql(self) -> SQL:
        """How many visits took place."""
        return SQL(
            """(SELECT COUNT(*) FROM field_service_visit attempt
                 WHERE attempt.order_id = work.id AND attempt.state = 'completed')"""
        )

    def _get_callbacks_sql(self) -> SQL:
        """How many callbacks came in within the window."""
        return SQL(
            """(SELECT COUNT(*) FROM field_service_order again
                 WHERE again.callback_of_id = work.id AND again.state <> 'cancelled'
                   AND COALESCE(again.received_on, again.create_date)
                       <= work.completed_on
                          + make_interval(days => kind.callback_days))"""
        )

    def _get_cause_sql(self, cause) -> SQL:
        """Whether a return visit was needed for a cause."""
        told = SQL("reason.return_cause = %s", cause)
        if cause == "access":
            # Nobody was let in: the result says it, whether or not there is a reason.
            told = SQL("(%s OR attempt.result = 'no_access')", told)
        return SQL(
            """EXISTS (SELECT 1 FROM field_service_visit attempt
                         LEFT JOIN field_service_reason reason
                           ON reason.id = attempt.return_reason_id
                        WHERE attempt.order_id = work.id
                          AND attempt.state = 'completed' AND %s)""",
            told,
        )
