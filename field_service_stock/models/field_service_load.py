from odoo import api, fields, models
from odoo.exceptions import UserError

DONE_STATES = ("done", "cancel")
# What anybody may write who may load; all else follows from the moves.
OPEN_FIELDS = {"lock", "note"}


class FieldServiceLoad(models.Model):
    """What has to be in a technician's van before his day begins.

    The list owns nothing: it is a number of open stock moves that end in the van. Read
    its parts next: how it is gathered, how it is confirmed, and what the phone shows.
    """

    _name = "field.service.load"
    _description = "Load List"
    _inherit = [
        "field.service.load.gather",
        "field.service.load.confirm",
        "field.service.load.page",
        "field.service.load.print",
        "mail.thread",
    ]
    _order = "date desc, technician_id, id"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    technician_id = fields.Many2one(
        comodel_name="hr.employee",
        required=True,
        readonly=True,
        index=True,
        check_company=True,
    )
    location_id = fields.Many2one(
        comodel_name="stock.location",
        string="Van",
        required=True,
        readonly=True,
        index=True,
        check_company=True,
    )
    date = fields.Date(
        required=True,
        readonly=True,
        index=True,
        help="The day in the technician's time zone on which the parts are needed.",
    )
    start = fields.Datetime(
        compute="_compute_period", store=True, help="When that day begins."
    )
    stop = fields.Datetime(compute="_compute_period", store=True)
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    state = fields.Selection(
        selection=[
            ("to_load", "To load"),
            ("partial", "Partly loaded"),
            ("loaded", "Loaded"),
            ("empty", "Nothing to load"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
    )
    lock = fields.Boolean(
        string="Locked",
        copy=False,
        tracking=True,
        help="Nothing is taken off the list any more, whatever is planned anew. What "
        "is needed in addition is still added.",
    )
    note = fields.Text()
    move_ids = fields.One2many(
        comodel_name="stock.move",
        inverse_name="service_load_id",
        string="Stock Moves",
        readonly=True,
    )
    line_ids = fields.One2many(
        comodel_name="field.service.load.line",
        inverse_name="load_id",
        string="Lines",
        readonly=True,
    )
    confirmation_ids = fields.One2many(
        comodel_name="field.service.load.confirmation",
        inverse_name="load_id",
        string="Confirmations",
        readonly=True,
    )
    confirmed_on = fields.Datetime(readonly=True, copy=False, tracking=True)
    confirmed_by_id = fields.Many2one(
        comodel_name="res.users",
        string="Loaded by",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    line_count = fields.Integer(
        string="Number of Lines", compute="_compute_counts", compute_sudo=True
    )
    short_count = fields.Integer(
        string="Short",
        compute="_compute_counts",
        compute_sudo=True,
        help="Lines of which not all is there.",
    )

    _technician_day_uniq = models.Constraint(
        "UNIQUE(technician_id, date, location_id)",
        "There is a load list for this technician, van and day.",
    )

    # ------------------------------------------------------------------ computes
    @api.depends("technician_id.name", "date")
    def _compute_name(self):
        for load in self:
            day = load.date and fields.Date.to_string(load.date)
            parts = (load.technician_id.name, day)
            load.name = " · ".join(part for part in parts if part)

    @api.depends("date", "technician_id")
    def _compute_period(self):
        for load in self:
            load.start, load.stop = load._get_period(load.technician_id, load.date)

    @api.depends("move_ids.state")
    def _compute_state(self):
        for load in self:
            # Whoever loads has no right on stock, and need not.
            states = set(load.sudo().move_ids.mapped("state")) - {"cancel", "draft"}
            still_open = states - {"done"}
            if "done" in states:
                load.state = "partial" if still_open else "loaded"
            else:
                load.state = "to_load" if still_open else "empty"

    @api.depends("move_ids.state", "move_ids.quantity", "move_ids.product_uom_qty")
    def _compute_counts(self):
        for load in self:
            moves = load.move_ids.filtered(lambda move: move.state != "cancel")
            load.line_count = len(moves)
            load.short_count = len(moves.filtered(lambda move: move._is_load_short()))

    # ---------------------------------------------------------------------- CRUD
    def write(self, vals):
        if not self.env.su and set(vals) - OPEN_FIELDS:
            self._refuse_changes(vals)
        return super().write(vals)

    def _refuse_changes(self, vals):
        """The list follows from plan and stock: nobody writes it by hand."""
        own = {
            name
            for name in vals
            if name in self._fields and self._fields[name]._module == self._module
        }
        if own - OPEN_FIELDS:
            raise UserError(
                self.env._(
                    "A load list follows from the visits and transfers: plan them, and "
                    "prepare the list again."
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_if_nothing_loaded(self):
        for load in self:
            # The history of the van is no matter of rights on stock.
            if load.sudo().move_ids.filtered(lambda move: move.state == "done"):
                raise UserError(
                    self.env._(
                        "%(load)s has been loaded, and is part of its history.",
                        load=load.name,
                    )
                )

    # ------------------------------------------------------------------- helpers
    @api.model
    def _may_load_everything(self):
        """Tell whether the user loads vans that are not his own."""
        groups = ("field_service.group_dispatcher", "stock.group_stock_user")
        return self.env.su or any(self.env.user.has_group(name) for name in groups)

    def _get_open_moves(self):
        """Return the moves that can still be loaded, and those on their way there."""
        # The right on the list is the right to have its parts moved.
        return self.sudo().move_ids.filtered(
            lambda move: move.state not in (*DONE_STATES, "draft")
        )

    # ------------------------------------------------------------------- actions
    def action_refresh(self):
        """Gather the lists of these technicians anew."""
        for load in self:
            load._check_may_load()
        self._prepare(self.technician_id)
        return True

    @api.model
    def action_prepare_all(self):
        """Prepare the load lists of all vans of the companies that are shown."""
        technicians = self.env["hr.employee"]._get_drivers(self.env.companies)
        return technicians.sudo(False)._action_prepare_loads()

    @api.model
    def _open_prepared(self, loads):
        """Open the lists that were prepared, or say that there is nothing to load."""
        loads = loads.filtered(lambda load: load.state != "empty")
        if not loads:
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "info",
                    "message": self.env._("Nothing is to be loaded."),
                },
            }
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service_stock.field_service_load_action"
        )
        action = {**action, "context": {}, "domain": [("id", "in", loads.ids)]}
        if len(loads) == 1:
            action.update({"res_id": loads.id, "views": [(False, "form")]})
        return action

    def action_toggle_lock(self):
        """Let nothing be taken off the lists any more, or let it again."""
        for load in self:
            load.lock = not load.lock
        return True

    def action_view_pickings(self):
        """Open the transfers of the list."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "stock.action_picking_tree_all"
        )
        # Whoever may not read transfers is told so by the action itself.
        pickings = self.sudo().move_ids.picking_id
        return {**action, "domain": [("id", "in", pickings.ids)], "context": {}}

    def action_open_page(self):
        """Open the page for the phone, on which the list is loaded."""
        self.ensure_one()
        action = self.env["ir.actions.client"]._for_xml_id(
            "field_service_stock.field_service_load_page_action"
        )
        return {**action, "params": {"load_id": self.id}}

    def action_propose_unload(self):
        """Propose what to take out of the vans."""
        return self.technician_id._propose_unload()
