from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    service_journal_id = fields.Many2one(
        related="company_id.service_journal_id", readonly=False
    )
    service_historic_account_id = fields.Many2one(
        related="company_id.service_historic_account_id", readonly=False
    )
    service_historic_contra_account_id = fields.Many2one(
        related="company_id.service_historic_contra_account_id", readonly=False
    )
    service_travel_detour = fields.Float(
        related="company_id.service_travel_detour", readonly=False
    )
    service_travel_speed = fields.Float(
        related="company_id.service_travel_speed", readonly=False
    )
    service_travel_parking = fields.Integer(
        related="company_id.service_travel_parking", readonly=False
    )
    service_travel_unknown = fields.Integer(
        related="company_id.service_travel_unknown", readonly=False
    )
    service_routing_url = fields.Char(
        related="company_id.service_routing_url", readonly=False
    )
    service_tile_url = fields.Char(
        related="company_id.service_tile_url", readonly=False
    )
    service_tile_attribution = fields.Char(
        related="company_id.service_tile_attribution", readonly=False
    )
    service_push_calendar = fields.Boolean(
        related="company_id.service_push_calendar", readonly=False
    )
    service_slot_weight_travel = fields.Integer(
        related="company_id.service_slot_weight_travel", readonly=False
    )
    service_slot_weight_promise = fields.Integer(
        related="company_id.service_slot_weight_promise", readonly=False
    )
    service_slot_weight_continuity = fields.Integer(
        related="company_id.service_slot_weight_continuity", readonly=False
    )
    service_slot_weight_balance = fields.Integer(
        related="company_id.service_slot_weight_balance", readonly=False
    )
    service_slot_weight_overtime = fields.Integer(
        related="company_id.service_slot_weight_overtime", readonly=False
    )
    service_slot_weight_skill = fields.Integer(
        related="company_id.service_slot_weight_skill", readonly=False
    )
    service_slot_weight_margin = fields.Integer(
        related="company_id.service_slot_weight_margin", readonly=False
    )
    service_slot_break_minutes = fields.Integer(
        related="company_id.service_slot_break_minutes", readonly=False
    )
    service_window_hours = fields.Float(
        related="company_id.service_window_hours", readonly=False
    )

    service_portal_requests = fields.Boolean(
        related="company_id.service_portal_requests", readonly=False
    )
    service_portal_reschedule_hours = fields.Integer(
        related="company_id.service_portal_reschedule_hours", readonly=False
    )
    service_attention_minutes = fields.Integer(
        related="company_id.service_attention_minutes", readonly=False
    )
    service_attention_hours = fields.Integer(
        related="company_id.service_attention_hours", readonly=False
    )
    service_attention_hold_days = fields.Integer(
        related="company_id.service_attention_hold_days", readonly=False
    )

    service_notify_customers = fields.Boolean(
        related="company_id.service_notify_customers", readonly=False
    )
    service_quiet_from = fields.Float(
        related="company_id.service_quiet_from", readonly=False
    )
    service_quiet_to = fields.Float(
        related="company_id.service_quiet_to", readonly=False
    )

    service_track_position = fields.Boolean(
        related="company_id.service_track_position", readonly=False
    )

    service_report_send = fields.Boolean(
        related="company_id.service_report_send", readonly=False
    )
    service_rating_request = fields.Boolean(
        related="company_id.service_rating_request", readonly=False
    )
    service_review_percentage = fields.Float(
        related="company_id.service_review_percentage", readonly=False
    )

    service_calibration_days = fields.Integer(
        related="company_id.service_calibration_days", readonly=False
    )

    def action_propose_service_accounts(self):
        """Fill the journal and the accounts of the company that are still empty."""
        self.company_id.action_propose_service_accounts()
        return {"type": "ir.actions.client", "tag": "reload"}
