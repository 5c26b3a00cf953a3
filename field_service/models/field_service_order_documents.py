from odoo import api, fields, models
from odoo.exceptions import UserError

from .field_service_order_gate import OPEN_STATES

NAMED_QUESTIONS = 5
LOCKED_STATES = ("done", "closed")
REQUIREMENTS = {"checklist_id", "require_photos", "require_signature"}


class FieldServiceOrderDocuments(models.AbstractModel):
    """What must be documented on a work order, and how far that is."""

    _name = "field.service.order.documents"
    _description = "Documents of Work Orders"

    # What is asked for, as the job type said when the order was made
    checklist_id = fields.Many2one(
        comodel_name="field.service.checklist",
        compute="_compute_checklist_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
    )
    checklist_version = fields.Integer(readonly=True, copy=False)
    require_photos = fields.Boolean(
        string="Photos Required",
        compute="_compute_require_photos",
        store=True,
        readonly=False,
        precompute=True,
    )
    require_signature = fields.Boolean(
        string="Signature Required",
        compute="_compute_require_signature",
        store=True,
        readonly=False,
        precompute=True,
    )

    # What is there
    answer_ids = fields.One2many(
        comodel_name="field.service.checklist.answer",
        inverse_name="order_id",
        string="Checklist Answers",
    )
    photo_ids = fields.One2many(
        comodel_name="field.service.photo", inverse_name="order_id", string="Photos"
    )
    finding_ids = fields.One2many(
        comodel_name="field.service.finding",
        inverse_name="order_id",
        string="Findings",
    )
    finding_count = fields.Integer(
        string="Open Findings", compute="_compute_finding_count"
    )
    documentation = fields.Float(
        string="Documented (%)",
        compute="_compute_documentation",
        store=True,
        aggregator="avg",
        help="Mandatory questions that are answered, of all mandatory questions.",
    )
    signature_state = fields.Selection(
        selection=[
            ("none", "Not signed"),
            ("signed", "Signed"),
            ("refused", "Refused"),
        ],
        string="Signature",
        compute="_compute_signature_state",
        store=True,
    )
    missing_documents = fields.Text(compute="_compute_missing_documents")

    # ------------------------------------------------------------------ computes
    @api.model
    def _get_followers(self):
        return {**super()._get_followers(), **dict.fromkeys(REQUIREMENTS, True)}

    def _propose_checklist_id(self):
        return {order: order.job_type_id.checklist_id for order in self}

    def _propose_require_photos(self):
        return {order: order.job_type_id.require_photos for order in self}

    def _propose_require_signature(self):
        return {order: order.job_type_id.require_signature for order in self}

    @api.depends("job_type_id")
    def _compute_checklist_id(self):
        self._follow("checklist_id")

    @api.depends("job_type_id")
    def _compute_require_photos(self):
        self._follow("require_photos")

    @api.depends("job_type_id")
    def _compute_require_signature(self):
        self._follow("require_signature")

    @api.depends("finding_ids.state")
    def _compute_finding_count(self):
        counts = dict(
            self.env["field.service.finding"]._read_group(
                [("order_id", "in", self.ids), ("state", "=", "open")],
                ["order_id"],
                ["__count"],
            )
        )
        for order in self:
            order.finding_count = counts.get(order._origin, 0)

    @api.depends(
        "answer_ids.is_answered", "answer_ids.mandatory", "answer_ids.is_asked"
    )
    def _compute_documentation(self):
        for order in self:
            asked = order.answer_ids.filtered(
                lambda answer: answer.mandatory and answer.is_asked
            )
            given = asked.filtered("is_answered")
            order.documentation = 100.0 * len(given) / len(asked) if asked else 100.0

    @api.depends(
        "visit_ids.state",
        "visit_ids.start",
        "visit_ids.signed_on",
        "visit_ids.signature_refused",
        "visit_ids.refusal_reason",
    )
    def _compute_signature_state(self):
        for order in self:
            visit = order._get_signed_visit()
            if visit.signed_on:
                order.signature_state = "signed"
            elif visit.signature_refused and (visit.refusal_reason or "").strip():
                order.signature_state = "refused"
            else:
                order.signature_state = "none"

    @api.depends(
        "answer_ids.is_answered",
        "answer_ids.is_asked",
        "photo_ids.tag",
        "signature_state",
    )
    def _compute_missing_documents(self):
        for order in self:
            order.missing_documents = "\n".join(order._get_reasons_undocumented())

    def _get_signed_visit(self):
        """Return the visit whose signature counts: the last one that took place."""
        completed = self.visit_ids.filtered(lambda visit: visit.state == "completed")
        return completed.sorted("start")[-1:]

    # ---------------------------------------------------------------------- CRUD
    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._sync_checklist()
        return orders

    def write(self, vals):
        self._check_may_relax(vals)
        before = {order: order.checklist_id for order in self}
        result = super().write(vals)
        if {"job_type_id", "checklist_id"} & vals.keys():
            self.filtered(
                lambda order: order.checklist_id != before[order]
            )._sync_checklist()
        if "asset_ids" in vals:
            answers = self.answer_ids
            answers._sync_consequences(
                answers.filtered(lambda answer: answer._is_bad())
            )
        if (REQUIREMENTS | {"job_type_id"}) & vals.keys():
            self._process_documents()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_photos(self):
        # A photo's file goes with the photo, not with the row of its order.
        self.photo_ids.unlink()

    def _check_may_relax(self, vals):
        """Once released, what is asked for follows from the job type.

        Otherwise the gate would be open for whoever unticks what is missing.
        """
        names = REQUIREMENTS & vals.keys()
        if not names or self.env.su:
            return
        if self.env.user.has_group("field_service.group_manager"):
            return
        job_type = self.env["field.service.job.type"].browse(vals.get("job_type_id"))
        for order in self.filtered(lambda order: order.state != "draft"):
            source = job_type or order
            for name in names:
                field = source._fields[name]
                if vals[name] != field.convert_to_write(source[name], source):
                    raise UserError(
                        self.env._(
                            "%(order)s is released: only a service manager may change "
                            "which documents it needs.",
                            order=order.name,
                        )
                    )

    def _check_documents_open(self):
        """Refuse to change what was documented once the order is done."""
        # Whoever works on the order may be told its state.
        locked = self.sudo().filtered(lambda order: order.state in LOCKED_STATES)
        if locked:
            raise UserError(
                self.env._(
                    "%(orders)s: what is documented can no longer be changed. A "
                    "service manager can reopen the work order.",
                    orders=", ".join(locked.mapped("name")),
                )
            )

    # ----------------------------------------------------------------- checklist
    def _sync_checklist(self):
        """Copy the questions of the checklist; answers that were given stay."""
        # The questions are the template's, whoever may choose the job type.
        answers = self.env["field.service.checklist.answer"].sudo()
        values = []
        for order in self.sudo():
            if order.is_historic or order.state in LOCKED_STATES:
                continue
            checklist = order.checklist_id
            obsolete = order.answer_ids.filtered(
                lambda answer, checklist=checklist: answer.checklist_id
                and answer.checklist_id != checklist
                and not answer.is_answered
            )
            obsolete.unlink()
            missing = checklist.line_ids - order.answer_ids.line_id
            values += [line._prepare_answer_values(order) for line in missing]
            order.checklist_version = checklist.version
        answers.create(values)
        # As above.
        self.sudo().answer_ids._link_conditions()

    def _process_documents(self):
        """Let the orders go on whose last missing document has come."""
        # The technician who gave the last answer may not write the order.
        self.sudo().filtered(
            lambda order: order.state in OPEN_STATES
            and order._get_implied_state() != order.state
        )._process()

    # ---------------------------------------------------------------------- gate
    def _get_reasons_undocumented(self):
        return (
            super()._get_reasons_undocumented()
            + self._get_reasons_unanswered()
            + self._get_reasons_photos()
            + self._get_reasons_signature()
        )

    def _get_reasons_unanswered(self):
        """Name the mandatory questions without an answer, at most five."""
        asked = self.answer_ids.filtered(
            lambda answer: answer.mandatory
            and answer.is_asked
            and not answer.is_answered
        )
        if not asked:
            return []
        names = ", ".join(asked[:NAMED_QUESTIONS].mapped("name"))
        if len(asked) > NAMED_QUESTIONS:
            return [
                self.env._(
                    "The technician must answer: %(questions)s and %(count)s more.",
                    questions=names,
                    count=len(asked) - NAMED_QUESTIONS,
                )
            ]
        return [
            self.env._("The technician must answer: %(questions)s.", questions=names)
        ]

    def _get_reasons_photos(self):
        if not self.require_photos:
            return []
        tags = set(self.photo_ids.mapped("tag"))
        reasons = []
        if "before" not in tags:
            reasons.append(self.env._("A photo from before the work is missing."))
        if "after" not in tags:
            reasons.append(self.env._("A photo from after the work is missing."))
        return reasons

    def _get_reasons_signature(self):
        if not self.require_signature or self.signature_state != "none":
            return []
        return [
            self.env._(
                "The customer's signature is missing, or the reason why there is none."
            )
        ]

    # ------------------------------------------------------------------- actions
    def action_view_checklist(self):
        """Open the questions of the order, made for a phone."""
        self.ensure_one()
        action = self._get_document_action("field_service_checklist_answer_action")
        return {**action, "domain": [*action["domain"], ("is_asked", "=", True)]}

    def action_view_findings(self):
        """Open the findings of the order."""
        self.ensure_one()
        return self._get_document_action("field_service_finding_action")

    def _get_document_action(self, name):
        action = self.env["ir.actions.act_window"]._for_xml_id(f"field_service.{name}")
        return {
            **action,
            "domain": [("order_id", "=", self.id)],
            "context": {"default_order_id": self.id},
        }
