//! The workloads as a native program: names go in, times and outcomes come out.

fn main() -> anyhow::Result<()> {
    requery_bench::answer::all(|| 0)
}
