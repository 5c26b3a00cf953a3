from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_date

from ..tools.numbers import format_number, parse_number

VALUE_FIELDS = {
    "value_yes_no",
    "value_input",
    "value_number",
    "value_text",
    "value_option_id",
    "value_date",
    "photo_ids",
}
# What a technician writes; the rest is what he is asked.
ANSWER_FIELDS = VALUE_FIELDS | {"note", "asset_id"}


class FieldServiceChecklistAnswer(models.Model):
    """A question of a work order, and the answer to it.

    The question is a copy, so that a template can change without changing what was
    asked. Readings and findings follow from the answer, and so does the order's state.
    """

    _name = "field.service.checklist.answer"
    _description = "Checklist Answer"
    _inherit = ["field.service.question.mixin", "field.service.answer.condition"]
    _order = "order_id, sequence, id"
    _check_company_auto = True

    order_id = fields.Many2one(
        comodel_name="field.service.order",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, index=True, precompute=True
    )
    order_state = fields.Selection(related="order_id.state", string="Order State")
    checklist_id = fields.Many2one(
        comodel_name="field.service.checklist",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    line_id = fields.Many2one(
        comodel_name="field.service.checklist.line",
        string="Template Question",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="The question of the template this one was copied from.",
    )
    asset_id = fields.Many2one(
        comodel_name="field.service.asset",
        string="Equipment",
        compute="_compute_asset_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
    )
    option_ids = fields.Many2many(
        comodel_name="field.service.checklist.option",
        relation="field_service_checklist_answer_option_rel",
        string="Options",
    )
    defect_option_ids = fields.Many2many(
        comodel_name="field.service.checklist.option",
        relation="field_service_checklist_answer_defect_rel",
        string="Defects",
        domain="[('id', 'in', option_ids)]",
        help="Options that raise a finding.",
    )

    # The answer
    value_yes_no = fields.Selection(
        selection=[("yes", "Yes"), ("no", "No"), ("na", "Not applicable")],
        string="Yes / No",
    )
    value_input = fields.Char(string="Measured", help="0 is an answer, empty is none.")
    value_number = fields.Float(
        digits=(16, 6),
        compute="_compute_value_number",
        inverse="_inverse_value_number",
        store=True,
        aggregator="avg",
    )
    value_text = fields.Text(string="Text")
    value_option_id = fields.Many2one(
        comodel_name="field.service.checklist.option",
        string="Chosen",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('id', 'in', option_ids)]",
    )
    value_date = fields.Date(string="Date")
    photo_ids = fields.One2many(
        comodel_name="field.service.photo", inverse_name="answer_id", string="Photos"
    )
    note = fields.Char()
    display_value = fields.Char(string="Answer", compute="_compute_display_value")
    is_answered = fields.Boolean(
        string="Answered", compute="_compute_is_answered", store=True
    )
    is_out_of_range = fields.Boolean(
        string="Out of Range", compute="_compute_is_out_of_range", store=True
    )
    answered_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, index="btree_not_null"
    )
    answered_on = fields.Datetime(readonly=True, copy=False)
    finding_ids = fields.One2many(
        comodel_name="field.service.finding", inverse_name="answer_id"
    )
    reading_ids = fields.One2many(
        comodel_name="field.service.asset.reading", inverse_name="answer_id"
    )

    # ------------------------------------------------------------------ computes
    @api.depends("order_id.asset_ids")
    def _compute_asset_id(self):
        """Take the equipment of the order when there is no doubt which."""
        for answer in self:
            assets = answer.order_id.asset_ids
            if len(assets) == 1 and answer.asset_id != assets:
                answer.asset_id = assets
            elif answer.asset_id not in assets:
                answer.asset_id = False

    @api.depends("value_input")
    def _compute_value_number(self):
        for answer in self:
            answer.value_number = parse_number(answer.value_input or "") or 0.0

    def _inverse_value_number(self):
        for answer in self:
            answer.value_input = format_number(answer.value_number)

    @api.depends(
        "type",
        "value_yes_no",
        "value_input",
        "value_text",
        "value_option_id",
        "value_date",
        "photo_ids",
        "photo_count",
        "asset_id",
        "order_id.asset_ids",
    )
    def _compute_is_answered(self):
        for answer in self:
            answer.is_answered = getattr(answer, f"_is_answered_{answer.type}")()

    def _is_answered_yes_no(self):
        return bool(self.value_yes_no)

    def _is_answered_number(self):
        return bool(self.value_input)

    def _is_answered_text(self):
        return bool((self.value_text or "").strip())

    def _is_answered_choice(self):
        return bool(self.value_option_id)

    def _is_answered_date(self):
        return bool(self.value_date)

    def _is_answered_photo(self):
        return len(self.photo_ids) >= self.photo_count

    def _is_answered_reading(self):
        # Of several pieces of equipment, it must be said whose meter it is.
        known = self.asset_id or not self.order_id.asset_ids
        return bool(self.value_input and known)

    def _is_answered_serial(self):
        return self._is_answered_text()

    @api.depends(
        "type",
        "value_yes_no",
        "expected",
        "value_number",
        "value_input",
        "limits",
        "minimum",
        "maximum",
        "value_option_id",
        "defect_option_ids",
    )
    def _compute_is_out_of_range(self):
        for answer in self:
            if answer.type == "yes_no":
                bad = {"yes": "no", "no": "yes"}.get(answer.expected)
                answer.is_out_of_range = bool(bad) and answer.value_yes_no == bad
            elif answer.type == "choice":
                answer.is_out_of_range = (
                    answer.value_option_id in answer.defect_option_ids
                )
            else:
                answer.is_out_of_range = answer._is_beyond_limits()

    def _is_beyond_limits(self):
        if self.type not in ("number", "reading") or not self.value_input:
            return False
        low = self.limits in ("minimum", "between")
        high = self.limits in ("maximum", "between")
        return (low and self.value_number < self.minimum) or (
            high and self.value_number > self.maximum
        )

    @api.depends(
        "type",
        "unit",
        "value_yes_no",
        "value_input",
        "value_text",
        "value_option_id.name",
        "value_date",
        "photo_ids",
        "photo_count",
    )
    @api.depends_context("lang")
    def _compute_display_value(self):
        labels = dict(self._fields["value_yes_no"]._description_selection(self.env))
        for answer in self:
            if answer.type == "yes_no":
                value = labels.get(answer.value_yes_no)
            elif answer.type in ("number", "reading"):
                parts = (answer.value_input, answer.value_input and answer.unit)
                value = " ".join(part for part in parts if part)
            elif answer.type == "choice":
                value = answer.value_option_id.name
            elif answer.type == "date":
                value = format_date(self.env, answer.value_date)
            elif answer.type == "photo":
                value = f"{len(answer.photo_ids)} / {answer.photo_count}"
            else:
                value = answer.value_text
            answer.display_value = value or ""

    @api.constrains("value_option_id", "option_ids")
    def _check_option(self):
        for answer in self:
            if answer.value_option_id - answer.option_ids:
                raise ValidationError(
                    self.env._(
                        "“%(option)s” is not among the options of “%(question)s”.",
                        option=answer.value_option_id.name,
                        question=answer.name,
                    )
                )

    # ---------------------------------------------------------------------- CRUD
    @api.model_create_multi
    def create(self, vals_list):
        answers = super().create([self._complete_values(vals) for vals in vals_list])
        answers.order_id._check_documents_open()
        answers._copy_translations()
        answers._sync_consequences(self.browse())
        return answers

    def write(self, vals):
        self.order_id._check_documents_open()
        self._check_may_write(vals)
        # An answer may hide others, and what they had found.
        concerned = self | self.sudo()._get_dependents().with_env(self.env)
        bad = concerned.filtered(lambda answer: answer._is_bad())
        result = super().write(self._complete_values(vals))
        concerned._sync_consequences(bad)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_if_allowed(self):
        self.order_id._check_documents_open()
        if self.line_id and not self._may_change_questions():
            raise UserError(
                self.env._(
                    "Only a service manager may remove questions of the checklist."
                )
            )
        self.finding_ids._withdraw()

    def unlink(self):
        orders = self.order_id
        # A photo's file goes with the photo, not with the row of its answer.
        self.photo_ids.unlink()
        result = super().unlink()
        orders.exists()._process_documents()
        return result

    def _complete_values(self, vals):
        """Return values in which numbers can be compared and the author is known."""
        if not VALUE_FIELDS & vals.keys():
            return vals
        vals = {
            **vals,
            "answered_by_id": self.env.uid,
            # A phone without a network says later when it was answered.
            "answered_on": self._get_answer_time(),
        }
        if vals.get("value_input"):
            vals["value_input"] = self._normalise_number(vals["value_input"])
        return vals

    @api.model
    def _get_answer_time(self):
        given = self.env.context.get("service_device_time")
        # From outside comes text only: the phone's times are checked where they arrive.
        return given if isinstance(given, datetime) else fields.Datetime.now()

    @api.model
    def _normalise_number(self, text):
        """Return what was typed in the user's language as a plain number."""
        language = self.env["res.lang"]._get_data(code=self.env.user.lang or "en_US")
        number = parse_number(
            text, language.decimal_point or ".", language.thousands_sep or ","
        )
        if number is None:
            raise ValidationError(
                self.env._("“%(text)s” is not a number: give digits only.", text=text)
            )
        return format_number(number)

    def _check_may_write(self, vals):
        """Technicians answer; questions of the template are the manager's."""
        if not vals.keys() - ANSWER_FIELDS or self._may_change_questions():
            return
        dispatcher = self.env.user.has_group("field_service.group_dispatcher")
        if not dispatcher or self.line_id or self.checklist_id:
            raise UserError(
                self.env._(
                    "The questions of the checklist are fixed: answer them, or ask a "
                    "service manager."
                )
            )

    def _may_change_questions(self):
        return self.env.su or self.env.user.has_group("field_service.group_manager")

    def _copy_translations(self):
        """Take over the questions in all languages, not only in the user's."""
        copied = self.filtered("line_id")
        if not copied:
            return
        copied.flush_recordset(["name", "help"])
        copied.line_id.flush_recordset(["name", "help"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE field_service_checklist_answer AS answer
                   SET name = line.name, help = line.help
                  FROM field_service_checklist_line AS line
                 WHERE line.id = answer.line_id AND answer.id IN %s
                """,
                copied._ids,
            )
        )
        copied.invalidate_recordset(["name", "help"])

    def _sync_consequences(self, bad_before):
        """Bring readings, findings and the order to what the answers say.

        :param bad_before: the answers that were out of range before the change
        """
        self.env["field.service.asset.reading"]._sync_answers(self)
        self.env["field.service.finding"]._sync_answers(self, bad_before)
        self.order_id._process_documents()

    # ------------------------------------------------------------------- actions
    def action_answer_yes(self):
        """Answer with yes."""
        return self.write({"value_yes_no": "yes"})

    def action_answer_no(self):
        """Answer with no."""
        return self.write({"value_yes_no": "no"})

    def action_answer_na(self):
        """Answer that the question does not apply."""
        return self.write({"value_yes_no": "na"})
