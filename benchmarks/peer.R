# R survey as a contender. Called by benchmarks/run.py with:
#   rows.csv targets.csv design by result.npz calls limit
# Prints one line of JSON: seconds of each call, of the first one from the start, peak memory (MB), over the limit.
suppressPackageStartupMessages(library(survey))
begin <- proc.time()[["elapsed"]]
told <- commandArgs(trailingOnly = TRUE)
rows <- read.csv(told[1])
design_name <- told[3]
by <- as.formula(paste0("~", told[4]))
calls <- as.integer(told[6])
limit <- as.numeric(told[7])
scores <- as.formula(paste("~", paste0("y", 1:12, collapse = " + ")))

made <- function() {
  if (design_name == "element") {
    return(svydesign(ids = ~1, strata = ~stratum, weights = ~w, data = rows))
  }
  plain <- svydesign(ids = ~psu, strata = ~stratum, weights = ~w, nest = TRUE, data = rows)
  if (design_name == "cluster") return(plain)
  wanted <- read.csv(told[2], colClasses = c("character", "character", "numeric"))
  margins <- split(wanted, factor(wanted$margin, levels = unique(wanted$margin)))
  formulas <- lapply(names(margins), function(m) as.formula(paste("~", gsub("_", " + ", m))))
  totals <- lapply(names(margins), function(m) {
    columns <- strsplit(m, "_")[[1]]
    levels <- do.call(rbind, strsplit(margins[[m]]$level, "_"))
    frame <- as.data.frame(levels)
    names(frame) <- columns
    for (column in columns) frame[[column]] <- as(frame[[column]], class(rows[[column]]))
    frame$Freq <- margins[[m]]$target
    frame
  })
  rake(plain, formulas, totals, control = list(maxit = 100, epsilon = 1e-9))
}

call <- function() svyby(scores, by, made(), svymean, vartype = "se")

seconds <- c()
over <- FALSE
first <- NA
for (i in seq_len(calls + 1)) {
  start <- proc.time()[["elapsed"]]
  answer <- call()
  spent <- proc.time()[["elapsed"]] - start
  if (i == 1) {
    first <- proc.time()[["elapsed"]] - begin
    peak_first <- sum(gc()[, 6])
    if (spent > limit) { over <- TRUE; seconds <- spent; break }
    if (spent * (calls + 1) > limit) { seconds <- spent; break }  # one call is what fits
  } else {
    seconds <- c(seconds, spent)
  }
}
peak <- sum(gc()[, 6])
cat(sprintf(
  '{"seconds": [%s], "first": %f, "peak_first": %f, "peak": %f, "over": %s}\n',
  paste(sprintf("%f", seconds), collapse = ", "), first, peak_first, peak, tolower(over)
))
