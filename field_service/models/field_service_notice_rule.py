from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

# What happens by itself, when time passes; everything else is an event.
TIMERS = ("not_acknowledged", "not_started", "reminder")
CUSTOMER_TRIGGERS = (
    "booked",
    "reminder",
    "moved",
    "cancelled",
    "on_the_way",
    "late",
    "arrived",
    "completed",
)


class FieldServiceNoticeRule(models.Model):
    """Who is told what, when, and how."""

    _name = "field.service.notice.rule"
    _description = "Notice Rule"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        index="btree_not_null",
        help="Empty: the rule holds for all companies.",
    )
    trigger = fields.Selection(
        selection=[
            ("booked", "Visit booked"),
            ("dispatched", "Dispatched"),
            ("changed", "Changed after dispatch"),
            ("withdrawn", "Taken back after dispatch"),
            ("declined", "Declined"),
            ("not_acknowledged", "Dispatched, not acknowledged for so long"),
            ("reminder", "So long before the planned start"),
            ("not_started", "Planned start passed for so long, nobody on the way"),
            ("moved", "Moved to another time"),
            ("cancelled", "Cancelled"),
            ("on_the_way", "On the way"),
            ("late", "Will be late by more than"),
            ("arrived", "Arrived"),
            ("completed", "Completed"),
        ],
        string="When",
        required=True,
    )
    minutes = fields.Integer(
        help="How long a timer waits, and how late is late. With an event: how long "
        "things may settle before anybody is told, so that moving a visit three times "
        "is told once.",
    )
    recipient = fields.Selection(
        selection=[
            ("technician", "Technician"),
            ("crew", "Crew members"),
            ("dispatcher", "Dispatcher"),
            ("manager", "Technician's manager"),
            ("customer", "Customer"),
        ],
        string="Who",
        required=True,
        default="technician",
        help="Dispatcher: of the team, else who dispatched the visit. Customer: the "
        "contact on site, else the customer; only in companies that notify customers.",
    )
    channel = fields.Selection(
        selection=[
            ("inbox", "Odoo message"),
            ("activity", "Activity"),
            ("email", "E-mail"),
            ("sms", "SMS"),
        ],
        string="How",
        required=True,
        default="inbox",
        help="An Odoo message arrives in the inbox or as an e-mail, as its reader has "
        "chosen in his preferences.",
    )
    mail_template_id = fields.Many2one(
        comodel_name="mail.template",
        string="E-mail Template",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('model', '=', 'field.service.visit')]",
        help="Written in the language of who gets it.",
    )
    sms_template_id = fields.Many2one(
        comodel_name="sms.template",
        string="SMS Template",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('model', '=', 'field.service.visit')]",
        help="Written in the language of who gets it.",
    )
    urgent = fields.Boolean(help="Sent in quiet hours too.")
    notice_ids = fields.One2many(
        comodel_name="field.service.notice", inverse_name="rule_id"
    )

    _minutes_positive = models.Constraint(
        "CHECK(minutes >= 0)", "Minutes cannot be negative."
    )

    @api.constrains("channel", "recipient", "mail_template_id", "sms_template_id")
    def _check_channel(self):
        for rule in self:
            if rule.channel == "email" and not rule.mail_template_id:
                raise ValidationError(
                    self.env._(
                        "Choose the e-mail template of “%(name)s”.", name=rule.name
                    )
                )
            if rule.channel == "sms" and not rule.sms_template_id:
                raise ValidationError(
                    self.env._("Choose the SMS template of “%(name)s”.", name=rule.name)
                )
            if rule.recipient == "customer" and rule.channel in ("inbox", "activity"):
                raise ValidationError(
                    self.env._(
                        "“%(name)s”: customers do not work in Odoo. Tell them by "
                        "e-mail or SMS.",
                        name=rule.name,
                    )
                )

    @api.constrains("recipient", "trigger")
    def _check_recipient(self):
        for rule in self:
            if rule.recipient == "customer" and rule.trigger not in CUSTOMER_TRIGGERS:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” is internal: it is not for customers.",
                        name=rule.name,
                    )
                )

    @api.constrains("mail_template_id", "sms_template_id")
    def _check_template_model(self):
        for rule in self:
            for template in (rule.mail_template_id, rule.sms_template_id):
                if template and template.model != "field.service.visit":
                    raise ValidationError(
                        self.env._(
                            "Template “%(template)s” is not about visits.",
                            template=template.name,
                        )
                    )

    @api.ondelete(at_uninstall=False)
    def _unlink_if_never_used(self):
        # The log of what was sent is shown to those who may see the rules.
        used = self.filtered(lambda rule: rule.sudo().notice_ids)
        if used:
            raise ValidationError(
                self.env._(
                    "%(names)s: notices were sent by it. Archive it instead.",
                    names=", ".join(used.mapped("name")),
                )
            )

    @api.model
    def _find(self, trigger, companies):
        """Return the active rules for something that has happened."""
        # Rules are the company's, whoever makes something happen.
        return self.sudo().search(
            Domain("trigger", "=", trigger)
            & Domain("company_id", "in", [False, *companies.ids])
        )

    def _concerns(self, visit):
        """Tell whether the rule holds for a visit at all."""
        self.ensure_one()
        if self.company_id and self.company_id != visit.company_id:
            return False
        if self.recipient == "customer":
            return visit.company_id.service_notify_customers
        return True

    def _get_partners(self, visit, people=None):
        """Return who is told about a visit, as partners.

        :param dict people: employees in place of those who go now, by ``technician``
            and ``crew``
        """
        self.ensure_one()
        if self.recipient in ("technician", "crew"):
            going = {"technician": visit.technician_id, "crew": visit.crew_ids}
            employees = (going if people is None else people).get(self.recipient)
            return [
                employee.user_id.partner_id or employee.work_contact_id
                for employee in employees or ()
            ]
        if self.recipient == "customer":
            return [self._get_customer(visit)]
        user = getattr(self, f"_get_{self.recipient}")(visit)
        return [user.partner_id]

    def _get_customer(self, visit):
        """Return the contact on site, or the next one who can be reached."""
        reach = "phone" if self.channel == "sms" else "email"
        order = visit.order_id
        partners = [order.contact_id, order.partner_id]
        if self.channel == "sms":
            partners.insert(1, order.site_id)
        return next(
            (partner for partner in partners if partner[reach]),
            order.contact_id or order.partner_id,
        )

    def _get_dispatcher(self, visit):
        """Return who plans the visit: the team's dispatcher, or who sent it."""
        candidates = (
            visit.team_id.leader_id,
            visit.dispatched_by_id,
            visit.order_id.create_uid,
        )
        return next(
            (user for user in candidates if user.active and not user.share),
            self.env["res.users"],
        )

    def _get_manager(self, visit):
        """Return whom the technician reports to."""
        return visit.technician_id.parent_id.user_id
