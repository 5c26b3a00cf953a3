from odoo import api, fields, models
from odoo.exceptions import UserError


class FieldServiceToolCustody(models.AbstractModel):
    """Who has a tool, and who had it before."""

    _name = "field.service.tool.custody"
    _description = "Custody of Tools"

    service_holding_ids = fields.One2many(
        comodel_name="field.service.tool.holding",
        inverse_name="resource_id",
        string="Hand-overs",
        readonly=True,
        groups="field_service.group_technician,field_service.group_cost",
    )
    service_holder_id = fields.Many2one(
        comodel_name="hr.employee",
        string="Held by",
        compute="_compute_service_holder",
        store=True,
        index="btree_not_null",
        tracking=True,
        help="Empty: nobody, it is in the store.",
    )
    service_held_since = fields.Datetime(
        string="Held since", compute="_compute_service_holder", store=True
    )
    service_may_take = fields.Boolean(compute="_compute_service_may")
    service_may_hand_over = fields.Boolean(compute="_compute_service_may")

    @api.depends("service_holding_ids.employee_id", "service_holding_ids.date_to")
    def _compute_service_holder(self):
        for tool in self:
            held = tool.service_holding_ids.filtered(lambda held: not held.date_to)
            tool.service_holder_id = held[:1].employee_id
            tool.service_held_since = held[:1].date_from

    @api.depends("service_holder_id")
    @api.depends_context("uid")
    def _compute_service_may(self):
        for tool in self:
            tool.service_may_take = not tool.service_holder_id and bool(
                tool._get_employee_of_user()
            )
            tool.service_may_hand_over = tool._may_hand_over()

    # ----------------------------------------------------------------- who may
    def _get_employee_of_user(self):
        """Return who the user is in the company of the tool."""
        # Everybody may know which employee he is himself.
        people = self.env.user.sudo().employee_ids
        companies = self.company_id or self.env.companies
        return people.filtered(lambda person: person.company_id in companies)[:1]

    def _may_hand_over(self):
        """Tell whether the user has the tool, or is a dispatcher."""
        if self.env.su or self.env.user.has_group("field_service.group_dispatcher"):
            return True
        # Who the user of the holder is cannot be read by everybody.
        return self.sudo().service_holder_id.user_id == self.env.user

    # --------------------------------------------------------------- hand over
    def action_take(self):
        """I have it: the user takes tools that nobody has."""
        for tool in self:
            person = tool._get_employee_of_user()
            if not person:
                raise UserError(
                    self.env._("You are no employee of the company of the tool.")
                )
            tool._hand_over(person)
        return True

    def action_give_back(self):
        """Nobody has it any longer: it is back in the store."""
        for tool in self:
            tool._hand_over(None)
        return True

    def action_hand_over(self):
        """Ask who gets the tools."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hand Over"),
            "res_model": "field.service.tool.handover",
            "views": [(False, "form")],
            "target": "new",
            "context": {**self.env.context, "default_resource_ids": self.ids},
        }

    def _hand_over(self, employee, note=None):
        """Give the tool to somebody, or back to the store.

        :param employee: who has it from now on; none: nobody
        """
        self.ensure_one()
        self.check_access("read")
        # The history is written by the hand-over, whoever has the tool.
        tool = self.sudo()
        holder = tool.service_holder_id
        if (employee or holder.browse()) == holder:
            return
        self._check_hand_over(employee)
        now = fields.Datetime.now()
        held = tool.service_holding_ids.filtered(lambda held: not held.date_to)
        held.date_to = now
        # One has it at a time: the one before must be written first.
        held.flush_recordset(["date_to"])
        if employee:
            tool.service_holding_ids.create(
                {
                    "resource_id": tool.id,
                    "employee_id": employee.id,
                    "date_from": now,
                    "user_id": self.env.uid,
                    "note": note,
                }
            )

    def _check_hand_over(self, employee):
        """Say why the tool is not handed over, if it is not.

        :raises UserError: naming who can do it
        """
        # As above: names of colleagues are no secret.
        holder, person = self.sudo().service_holder_id, employee and employee.sudo()
        free = not holder and person and person.user_id == self.env.user
        if not free and not self._may_hand_over():
            raise UserError(
                self.env._(
                    "%(tool)s is with %(holder)s: he hands it over, or a dispatcher.",
                    tool=self.display_name,
                    holder=holder.name,
                )
                if holder
                else self.env._(
                    "%(tool)s is in the store: a dispatcher hands it out, or whoever "
                    "takes it says so himself.",
                    tool=self.display_name,
                )
            )
        if person and not self.active:
            raise UserError(
                self.env._(
                    "%(tool)s is archived: nobody gets it any longer.",
                    tool=self.display_name,
                )
            )
        if person and self.company_id and person.company_id != self.company_id:
            raise UserError(
                self.env._(
                    "%(tool)s belongs to %(company)s, %(person)s works for another "
                    "company.",
                    tool=self.display_name,
                    company=self.company_id.sudo().name,  # as above
                    person=person.name,
                )
            )
