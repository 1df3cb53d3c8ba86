package dev.stillgate.proxy.policy;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.observe.Audit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Log lines and audit events of policies that are put in force or refused. Thread-safe. */
final class PolicyAudit {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyAudit.class);
    private static final Logger AUDIT = LoggerFactory.getLogger("dev.stillgate.audit");

    private final Audit audit;

    PolicyAudit(Audit audit) {
        this.audit = audit;
    }

    /**
     * Reports a generation that a reload or a rollback has put in force.
     *
     * @param nanos how long it took
     */
    void replaced(PolicyGeneration now, long nanos) {
        String changes = now.changes().isEmpty() ? "nothing" : String.join(", ", now.changes());
        LOG.info(
                "policy generation {} is in force after {} ms ({}), sha256 {}, changed: {}",
                now.number(),
                nanos / 1_000_000,
                now.change().cause(),
                now.sha256(),
                changes);
        AUDIT.info(
                "policy generation {} by {}, sha256 {}, changed: {}",
                now.number(),
                now.change().cause(),
                now.sha256(),
                changes);
        applied(now);
    }

    /** Sends the event of a generation that is in force. */
    void applied(PolicyGeneration now) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("generation", now.number());
        facts.put("cause", now.change().cause());
        if (now.change().by() != null) {
            facts.put("by", now.change().by());
        }
        if (now.change().why() != null) {
            facts.put("why", now.change().why());
        }
        facts.put("sha256", now.sha256());
        facts.put("changes", String.join(", ", now.changes()));
        audit.note("policy.applied", facts);
    }

    /** Reports a candidate that was refused. */
    void refused(String cause, PolicyGeneration inForce, ConfigException e) {
        LOG.error(
                "policy not reloaded ({}), generation {} stays in force:\n{}", cause, inForce.number(), e.getMessage());
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("generation", inForce.number());
        facts.put("cause", cause);
        facts.put("error", String.valueOf(e.getMessage()));
        audit.note("policy.refused", facts);
    }
}
