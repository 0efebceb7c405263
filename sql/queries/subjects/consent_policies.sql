SELECT v.epoch, v.document FROM sminion.policy_version v
