def uninstall_hook(env):
    """Leave the analytic plan to the books once it holds accounts.

    Its accounts and items are accounting data like any other: they outlive the suite.
    """
    plan = env.ref("field_service.analytic_plan_work_orders", raise_if_not_found=False)
    if plan and plan.with_context(active_test=False).all_account_count:
        env["ir.model.data"].search(
            [("model", "=", plan._name), ("res_id", "=", plan.id)]
        ).unlink()
